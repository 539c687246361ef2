using Monit.Alerts.Channels;
using Monit.Alerts.Routing;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Alerts.Delivery;

/// <summary>An alert claimed by this process, with the data for its text.</summary>
internal sealed record Claim
{
    public required Alert Alert { get; init; }
    public required MonitorIncident Incident { get; init; }
    public required UptimeMonitor Monitor { get; init; }
    public required string OwnerEmail { get; init; }
    /// <summary>Whether the incident has a recovery alert.</summary>
    public required bool HasRecovery { get; init; }

    /// <summary>When its first attempt began; null before it.</summary>
    public required DateTimeOffset? FirstAttemptAt { get; init; }

    /// <summary>When the claim expires; also its fencing token.</summary>
    public DateTimeOffset Until => Alert.ClaimedUntil!.Value;
    public Destination Destination => Destination.Of(Monitor, OwnerEmail);
    public AlertMessage Message => new()
    {
        Id = Alert.Id, Kind = Alert.Kind, CreatedAt = Alert.CreatedAt, Incident = Incident, Monitor = Monitor, SendBy = Until,
    };

    /// <summary>
    /// False if the monitor was disabled while an earlier attempt was in progress, so that the alert was not cancelled then.
    /// An incident that ended without a recovery alert was closed by disabling, or a worse one has taken its place.
    /// </summary>
    public bool Wanted => Monitor.Enabled && (Incident.EndTime is null || HasRecovery);

    /// <summary>Why it is not wanted.</summary>
    public string WhyNot => Monitor.Enabled && Incident.Severity is Severity.Degraded
        ? "The monitor went down, or was disabled, before this was sent." : "The monitor was disabled.";
}
