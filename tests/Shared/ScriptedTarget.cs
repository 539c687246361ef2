using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Monit.Testing;

/// <summary>An HTTP server on a raw socket, whose answer is whatever bytes the test wants, however late.</summary>
internal sealed class ScriptedTarget : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2? _certificate;
    private readonly List<string> _requests = [];
    private TcpListener _listener;
    private Task _accepting;
    private int _connections;
    private int _open;

    public ScriptedTarget(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public int Port { get; }
    public string Url => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}/";
    public int Connections => Volatile.Read(ref _connections);
    /// <summary>Connections that neither side has closed yet.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>What to send for each request; the connection closes after it, unless it returns true.</summary>
    public Func<Stream, string, CancellationToken, Task<bool>> Answer { get; set; } = Status(200);

    /// <summary>The requests so far, head and body, each byte as the character of the same number.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public static Func<Stream, string, CancellationToken, Task<bool>> Status(int status, string headers = "", string body = "ok") =>
        Text($"HTTP/1.1 {status} Scripted\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}", keepAlive: true);

    public static Func<Stream, string, CancellationToken, Task<bool>> Text(string text, bool keepAlive = false) =>
        async (stream, _, ct) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), ct);
            return keepAlive;
        };

    /// <summary>Repeats some text until the client goes.</summary>
    public static Func<Stream, string, CancellationToken, Task<bool>> Endless(string start, string repeat, TimeSpan pause = default) =>
        async (stream, _, ct) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start), ct);
            var bytes = Encoding.ASCII.GetBytes(repeat);
            while (true)
            {
                await stream.WriteAsync(bytes, ct);
                await Task.Delay(pause, TimeProvider.System, ct);
            }
        };

    /// <summary>Sends some text, and then nothing until the client goes.</summary>
    public static Func<Stream, string, CancellationToken, Task<bool>> Stall(string start = "") =>
        async (stream, _, ct) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start), ct);
            await stream.ReadExactlyAsync(new byte[1], ct);
            return false;
        };

    public static X509Certificate2 Certificate(DateTimeOffset notAfter)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(notAfter.AddYears(-1), notAfter);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    /// <summary>Refuses connections until <see cref="Start"/>.</summary>
    public void Stop() => _listener.Stop();

    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped; a listener that is stopped between two accepts says that it was never started.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        Interlocked.Increment(ref _open);
        using var _ = client;
        try
        {
            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(_certificate);
                stream = tls;
            }
            while (await ReadRequestAsync(stream) is { } request)
            {
                lock (_requests)
                    _requests.Add(request);
                if (!await Answer(stream, request, _stop.Token))
                    return;
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // The client went, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task<string?> ReadRequestAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }
        var text = head.ToString();
        if (!text.Split("\r\n").Any(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)))
            return text;
        var length = text.Split("\r\n").First(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))["Content-Length: ".Length..];
        var body = new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return text + Encoding.Latin1.GetString(body);
    }
}
