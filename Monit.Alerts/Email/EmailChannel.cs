using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Monit.Alerts.Delivery;
using Monit.Alerts.Telemetry;
using Monit.Core.Users;

namespace Monit.Alerts.Email;

/// <summary>Sends alerts by SMTP. A failure is a result, never an exception.</summary>
internal sealed class EmailChannel(IOptions<SmtpOptions> options, TimeProvider time)
{
    public const string Name = "email";
    private readonly SmtpOptions _smtp = options.Value;

    public async Task<SendResult> SendAsync(Claim claim, CancellationToken abort)
    {
        if (!_smtp.HasHost)
            return new(SendOutcome.Undeliverable, "Smtp:Host is not set.");
        if (!MailboxAddress.TryParse(claim.Recipient, out var to))
            return new(SendOutcome.Undeliverable, "There is no valid address to send to.");

        using var span = DeliveryTracing.StartSend(_smtp);
        var result = await SendAsync(claim, to, abort);
        span.Ended(result);
        return result;
    }

    private async Task<SendResult> SendAsync(Claim claim, MailboxAddress to, CancellationToken abort)
    {
        // Must end before the claim expires.
        var limit = claim.Until - time.GetUtcNow();
        using var timeout = new CancellationTokenSource(
            limit < _smtp.Timeout ? (limit > TimeSpan.Zero ? limit : TimeSpan.Zero) : _smtp.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        var sending = false;
        try
        {
            var mail = AlertMail.Compose(claim, MailboxAddress.Parse(_smtp.From), to, time.GetUtcNow());
            using var client = new SmtpClient();
            await ConnectAsync(client, either.Token);
            sending = true;
            await client.SendAsync(mail, either.Token);
            await QuitAsync(client);
            return new(SendOutcome.Delivered);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return sending ? new(SendOutcome.Failed, "Interrupted by the end of the service.") : new(SendOutcome.NotSent);
        }
        catch (OperationCanceledException)
        {
            return new(SendOutcome.Failed, $"Not done within Smtp:Timeout ({_smtp.Timeout}).");
        }
        catch (SmtpCommandException refused) when (sending && (int)refused.StatusCode >= 500)
        {
            return new(SendOutcome.Refused, $"{(int)refused.StatusCode} {refused.Message}");
        }
        catch (SmtpCommandException refused)
        {
            return new(SendOutcome.Failed, $"{(int)refused.StatusCode} {refused.Message}");
        }
        catch (Exception failure)
        {
            return new(SendOutcome.Failed, failure.Message);
        }
    }

    private async Task ConnectAsync(SmtpClient client, CancellationToken ct)
    {
        await client.ConnectAsync(_smtp.Host!, _smtp.Port, _smtp.Security switch
        {
            SmtpSecurity.None => SecureSocketOptions.None,
            SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.Auto,
        }, ct);
        if (string.IsNullOrEmpty(_smtp.User))
            return;
        // Auto falls back to plain text if the server does not offer TLS, but passwords must not be sent that way.
        if (_smtp.Security is SmtpSecurity.Auto && !client.IsSecure)
            throw new InvalidOperationException(
                "The server offers no TLS, so the password was not sent. Smtp:Security None sends it in the clear.");
        await client.AuthenticateAsync(_smtp.User, _smtp.Password ?? "", ct);
    }

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
