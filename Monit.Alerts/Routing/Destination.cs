using System.Text.Json;
using Monit.Alerts.Channels.Email;
using Monit.Core.Monitors;

namespace Monit.Alerts.Routing;

/// <summary>Where an alert goes: a channel, and what it needs to know to reach somebody there.</summary>
internal sealed record Destination(string Channel, JsonElement Settings)
{
    /// <summary>The monitor's own address, or its owner's where it has none.</summary>
    public static Destination Of(UptimeMonitor monitor, string ownerEmail) => new(EmailChannel.Name,
        new EmailSettings([monitor.AlertEmail is { Length: > 0 } own ? own : ownerEmail]).ToJson());
}
