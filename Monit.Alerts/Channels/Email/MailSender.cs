using System.Diagnostics;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Monit.Alerts.Channels.Email;

/// <summary>Hands a mail to the mail server.</summary>
internal sealed class MailSender(IOptions<SmtpOptions> options, SmtpTrust trust, TimeProvider time)
{
    // Read when needed: wrong settings must be reported by their own validation.
    private SmtpOptions Smtp => options.Value;

    /// <summary>Why no mail can be sent; null if it can be tried.</summary>
    public string? Unusable => Smtp.HasHost ? null : "Smtp:Host is not set.";

    /// <param name="sendBy">The send must have ended by then.</param>
    public async Task<SendResult> SendAsync(MimeMessage mail, IEnumerable<MailboxAddress> to, DateTimeOffset sendBy, CancellationToken abort)
    {
        Activity.Current?.SetTag("server.address", Smtp.Host).SetTag("server.port", Smtp.Port);
        var limit = sendBy - time.GetUtcNow();
        using var timeout = new CancellationTokenSource(
            limit < Smtp.Timeout ? (limit > TimeSpan.Zero ? limit : TimeSpan.Zero) : Smtp.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        var sending = false;
        try
        {
            mail.From.Add(MailboxAddress.Parse(Smtp.From));
            mail.To.AddRange(to);
            mail.Date = time.GetUtcNow();
            using var client = trust.NewClient();
            await ConnectAsync(client, either.Token);
            sending = true;
            var answer = await client.SendAsync(mail, either.Token);
            await QuitAsync(client);
            return new(SendOutcome.Delivered) { Answer = answer };
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return sending ? new(SendOutcome.Failed, "Interrupted by the end of the service.") { MaybeArrived = true } : new(SendOutcome.NotSent);
        }
        catch (OperationCanceledException)
        {
            return new(SendOutcome.Failed, $"Not done within Smtp:Timeout ({Smtp.Timeout}).") { MaybeArrived = sending };
        }
        catch (SmtpCommandException refused)
        {
            return new(sending && Refusal.IsFinal(refused) ? SendOutcome.Refused : SendOutcome.Failed, $"{(int)refused.StatusCode} {refused.Message}");
        }
        // MailKit's exception for 530, wherever it comes.
        catch (ServiceNotAuthenticatedException refused)
        {
            return new(SendOutcome.Failed, $"530 {refused.Message}");
        }
        catch (SslHandshakeException failure)
        {
            return new(SendOutcome.Failed, Words(failure));
        }
        catch (Exception failure)
        {
            return new(SendOutcome.Failed, failure.Message) { MaybeArrived = sending };
        }
    }

    private async Task ConnectAsync(SmtpClient client, CancellationToken ct)
    {
        await client.ConnectAsync(Smtp.Host!, Smtp.Port, Smtp.Security switch
        {
            SmtpSecurity.None => SecureSocketOptions.None,
            SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.Auto,
        }, ct);
        if (string.IsNullOrEmpty(Smtp.User))
            return;
        // Auto falls back to plain text if the server does not offer TLS, but passwords must not be sent that way.
        if (Smtp.Security is SmtpSecurity.Auto && !client.IsSecure)
            throw new InvalidOperationException(
                "The server offers no TLS, so the password was not sent. Smtp:Security None sends it in the clear.");
        await client.AuthenticateAsync(Smtp.User, Smtp.Password ?? "", ct);
    }

    // MailKit's own text has many lines, and advises to switch off what is off already.
    private string Words(SslHandshakeException failure) => failure.InnerException is System.Security.Authentication.AuthenticationException { InnerException: null } invalid
        ? $"The certificate of {Smtp.Host} is not accepted: {invalid.Message} Smtp:CaFile names the authorities to trust."
        : $"TLS with {Smtp.Host} failed: {(failure.InnerException ?? failure).GetBaseException().Message}";

    // The mail is already accepted, so failures here are ignored; limited to 1 s.
    private async Task QuitAsync(SmtpClient client)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        try
        {
            await client.DisconnectAsync(quit: true, soon.Token);
        }
        catch (Exception)
        {
        }
    }
}
