using System.Diagnostics;
using System.Text.Json;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Monit.Core.Validation;

namespace Monit.Alerts.Channels.Email;

/// <summary>Sends alerts by SMTP.</summary>
internal sealed class EmailChannel(IOptions<SmtpOptions> options, TimeProvider time) : IAlertChannel
{
    public const string Name = "email";
    // Read when needed: wrong settings must be reported by their own validation.
    private SmtpOptions Smtp => options.Value;

    public string Kind => Name;
    public LongestSend LongestSend => new(Smtp.Timeout, "Smtp:Timeout");

    public IEnumerable<FieldError> Validate(JsonElement settings) => EmailSettings.Validate(settings);

    public async Task<SendResult> SendAsync(AlertMessage message, JsonElement settings, CancellationToken abort)
    {
        if (!Smtp.HasHost)
            return new(SendOutcome.Undeliverable, "Smtp:Host is not set.");
        if (EmailSettings.Recipients(settings) is not { } to)
            return new(SendOutcome.Undeliverable, "There is no valid address to send to.");

        Activity.Current?.SetTag("server.address", Smtp.Host).SetTag("server.port", Smtp.Port);
        return await SendAsync(message, to, abort);
    }

    private async Task<SendResult> SendAsync(AlertMessage message, IReadOnlyList<MailboxAddress> to, CancellationToken abort)
    {
        var limit = message.SendBy - time.GetUtcNow();
        using var timeout = new CancellationTokenSource(
            limit < Smtp.Timeout ? (limit > TimeSpan.Zero ? limit : TimeSpan.Zero) : Smtp.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        var sending = false;
        try
        {
            var mail = AlertMail.Compose(message, MailboxAddress.Parse(Smtp.From), to, time.GetUtcNow());
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
            return new(SendOutcome.Failed, $"Not done within Smtp:Timeout ({Smtp.Timeout}).");
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
