using Microsoft.Extensions.Options;
using Monit.Alerts.Email;

namespace Monit.Alerts.Delivery;

/// <summary>The lease must cover the longest send and the time to record its result.</summary>
internal sealed class SendLeaseRule(IOptions<SmtpOptions> smtp) : IValidateOptions<DeliveryOptions>
{
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(500);

    public ValidateOptionsResult Validate(string? name, DeliveryOptions options) =>
        options.SendLease >= smtp.Value.Timeout + Margin
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Alerts:SendLease ({options.SendLease}) must exceed Smtp:Timeout "
                + $"({smtp.Value.Timeout}) by at least {Margin.TotalSeconds} s.");
}
