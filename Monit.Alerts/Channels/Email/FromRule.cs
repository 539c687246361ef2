using Microsoft.Extensions.Options;
using MimeKit;

namespace Monit.Alerts.Channels.Email;

/// <summary>The sender must be one valid e-mail address.</summary>
internal sealed class FromRule : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options) =>
        MailboxAddress.TryParse(options.From, out var from) && from.Address.Contains('@', StringComparison.Ordinal)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Smtp:From must be one address, such as monit@example.org or Monit <monit@example.org>.");
}
