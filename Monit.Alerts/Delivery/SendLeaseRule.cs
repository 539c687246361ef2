using Microsoft.Extensions.Options;
using Monit.Alerts.Channels;

namespace Monit.Alerts.Delivery;

/// <summary>The lease must cover the longest send and the time to record its result.</summary>
internal sealed class SendLeaseRule(IEnumerable<IAlertChannel> channels) : IValidateOptions<DeliveryOptions>
{
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(500);

    public ValidateOptionsResult Validate(string? name, DeliveryOptions options)
    {
        var longest = channels.Select(channel => channel.LongestSend).MaxBy(send => send.Time);
        return options.SendLease >= longest.Time + Margin
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Alerts:SendLease ({options.SendLease}) must exceed {longest.Setting} "
                + $"({longest.Time}) by at least {Margin.TotalSeconds} s.");
    }
}
