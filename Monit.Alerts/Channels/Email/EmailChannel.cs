using System.Text.Json;
using Microsoft.Extensions.Options;
using Monit.Core.Validation;

namespace Monit.Alerts.Channels.Email;

/// <summary>Sends alerts by SMTP.</summary>
internal sealed class EmailChannel(MailSender mails, IOptions<SmtpOptions> options) : IAlertChannel
{
    public const string Name = "email";

    public string Kind => Name;
    public LongestSend LongestSend => new(options.Value.Timeout, "Smtp:Timeout");

    public IEnumerable<FieldError> Validate(JsonElement settings) => EmailSettings.Validate(settings);

    public string? Unusable(JsonElement settings) =>
        mails.Unusable ?? (EmailSettings.Recipients(settings) is null ? "There is no valid address to send to." : null);

    public Task<SendResult> SendAsync(IReadOnlyList<AlertMessage> messages, JsonElement settings, CancellationToken abort) =>
        mails.SendAsync(messages is [var single] ? AlertMail.Compose(single) : DigestMail.Compose(messages),
            EmailSettings.Recipients(settings)!, messages[0].SendBy, abort);
}
