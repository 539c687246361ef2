using Monit.Core.Alerts;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Alerts.Delivery;

/// <summary>An alert that is ours to send, with what its text needs.</summary>
internal sealed record Claim
{
    public required Alert Alert { get; init; }
    public required MonitorIncident Incident { get; init; }
    public required UptimeMonitor Monitor { get; init; }
    public required string OwnerEmail { get; init; }
    /// <summary>Whether the incident has a recovery notice.</summary>
    public required bool HasRecovery { get; init; }

    /// <summary>When the claim ends; also its token.</summary>
    public DateTimeOffset Until => Alert.ClaimedUntil!.Value;
    public string Recipient => Monitor.AlertEmail is { Length: > 0 } email ? email : OwnerEmail;

    /// <summary>
    /// False where the monitor was disabled while this alert was being sent before, which kept it from being cancelled.
    /// Only disabling closes an incident without a recovery notice.
    /// </summary>
    public bool Wanted => Monitor.Enabled && (Incident.EndTime is null || HasRecovery);
}
