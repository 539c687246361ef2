using System.Text.Json;
using Monit.Alerts.Channels.Email;
using Monit.Core.Alerts;
using Monit.Core.Monitors;

namespace Monit.Alerts.Routing;

/// <summary>Where an alert goes: a channel, and what it needs to know to reach somebody there.</summary>
/// <param name="Recipient">The address of the person, which must be confirmed and which the daily limits count.</param>
internal sealed record Destination(string Channel, JsonElement Settings, string Recipient)
{
    /// <summary>The monitor's own address, or its owner's where it has none.</summary>
    public static Destination Of(UptimeMonitor monitor, string ownerEmail)
    {
        var address = AddressOf(monitor.AlertEmail, ownerEmail);
        return new(EmailChannel.Name, new EmailSettings([address]).ToJson(), AlertAddress.Normalize(address));
    }

    public static string AddressOf(string? alertEmail, string ownerEmail) => alertEmail is { Length: > 0 } own ? own : ownerEmail;
}
