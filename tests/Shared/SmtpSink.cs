using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Monit.Testing;

/// <summary>What the sink does to one mail.</summary>
internal enum SmtpFault
{
    None,
    RefuseRecipientForNow,
    RefuseRecipient,
    RefuseMailForNow,
    RefuseMail,
    /// <summary>Takes the connection and never says a word.</summary>
    StallOnConnect,
    /// <summary>Takes the mail and never answers.</summary>
    StallAfterData,
    /// <summary>Takes the mail, stalls, and hangs up when told to continue.</summary>
    StallThenDrop,
    /// <summary>Takes the mail and hangs up instead of answering.</summary>
    DropAfterData,
    /// <summary>Takes the mail, answers 250 and hangs up.</summary>
    DropAfterAccept,
    /// <summary>Takes the mail, answers 250 and never says a word again.</summary>
    StallAfterAccept,
}

/// <summary>A mail as it came over the wire.</summary>
internal sealed record ReceivedMail(string From, string To, string Raw)
{
    public string MessageId => Raw.Split("\r\n").Single(line => line.StartsWith("Message-Id: ", StringComparison.OrdinalIgnoreCase))[12..];
}

/// <summary>A real SMTP server on a loopback port that keeps its mail, and fails as told.</summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly Task _accepting;

    public SmtpSink(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All mail whose end was seen, also what was refused after it.</summary>
    public ConcurrentQueue<ReceivedMail> Received { get; } = [];

    /// <summary>One a connection, in order; <see cref="Fault"/> when there are none left.</summary>
    public ConcurrentQueue<SmtpFault> Faults { get; } = [];

    public SmtpFault Fault { get; set; }

    /// <summary>If set, <c>user:password</c>, which AUTH PLAIN must show.</summary>
    public string? Login { get; init; }

    /// <summary>Answers that replace the usual ones, by verb; <c>CONNECT</c> is the greeting, <c>.</c> the end of a mail.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new();

    /// <summary>If set, the certificates for TLS: the server's own, and those it sends with it.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>TLS from the start, instead of STARTTLS.</summary>
    public bool ImplicitTls { get; init; }

    /// <summary>Released once for each stall that begins.</summary>
    public SemaphoreSlim Stalled { get; } = new(0);

    /// <summary>Ends the stalls: the mails go on as if nothing was.</summary>
    public TaskCompletionSource Continue { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        List<Task> talks = [];
        try
        {
            while (true)
                talks.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await TalkAsync(ImplicitTls ? await EncryptAsync(client.GetStream()) : client.GetStream(), Faults.TryDequeue(out var fault) ? fault : Fault, true);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException or AuthenticationException)
        {
        }
    }

    private async Task<Stream> EncryptAsync(Stream plain)
    {
        var tls = new SslStream(plain);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = Certificate }, _stop.Token);
        return tls;
    }

    private async Task TalkAsync(Stream stream, SmtpFault fault, bool greet)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
        if (fault is SmtpFault.StallOnConnect)
            await StallAsync();
        if (greet)
            await writer.WriteLineAsync(Answers.GetValueOrDefault("CONNECT", "220 sink"));
        var (from, to) = ("", "");
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb == "MAIL")
                from = line;
            if (verb == "RCPT")
                to = line;
            var answer = Answers.TryGetValue(verb, out var told) ? told : verb switch
            {
                "EHLO" when Certificate is not null && !ImplicitTls && stream is not SslStream => "250-sink\r\n250 STARTTLS",
                "STARTTLS" when Certificate is not null => "220 go on",
                "EHLO" when Login is null => "250 sink",
                "EHLO" => "250-sink\r\n250 AUTH PLAIN",
                "AUTH" => line == $"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{Login!.Replace(':', '\0')}"))}"
                    ? "235 welcome" : "535 wrong credentials",
                "RCPT" when fault is SmtpFault.RefuseRecipientForNow => "450 mailbox busy",
                "RCPT" when fault is SmtpFault.RefuseRecipient => "550 no such mailbox",
                "MAIL" or "RCPT" or "RSET" or "NOOP" => "250 ok",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "500 unknown",
            };
            await writer.WriteLineAsync(answer);
            if (verb == "QUIT")
                return;
            if (verb == "STARTTLS" && answer[0] == '2')
            {
                await TalkAsync(await EncryptAsync(stream), fault, greet: false);
                return;
            }
            if (verb != "DATA" || answer[0] != '3')
                continue;

            Received.Enqueue(new ReceivedMail(from, to, await ReadMailAsync(reader)));
            if (fault is SmtpFault.StallAfterData or SmtpFault.StallThenDrop)
                await StallAsync();
            if (fault is SmtpFault.DropAfterData or SmtpFault.StallThenDrop)
                return;
            await writer.WriteLineAsync(Answers.TryGetValue(".", out var ending) ? ending : fault switch
            {
                SmtpFault.RefuseMailForNow => "451 try later",
                SmtpFault.RefuseMail => "554 spam",
                _ => "250 accepted",
            });
            if (fault is SmtpFault.StallAfterAccept)
                await StallAsync();
            if (fault is SmtpFault.DropAfterAccept)
                return;
        }
    }

    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        var mail = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
            mail.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return mail.ToString();
    }

    private Task StallAsync()
    {
        Stalled.Release();
        return Continue.Task.WaitAsync(_stop.Token);
    }
}
