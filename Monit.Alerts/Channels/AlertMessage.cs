using Monit.Core.Alerts;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Alerts.Channels;

/// <summary>What a channel tells: an alert, with what it is about.</summary>
internal sealed record AlertMessage
{
    /// <summary>The alert's id: the same in each attempt, so that the receiver can recognise one that comes twice.</summary>
    public required Guid Id { get; init; }
    public required AlertKind Kind { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required MonitorIncident Incident { get; init; }
    public required UptimeMonitor Monitor { get; init; }
    /// <summary>The send must have ended by then: afterwards another sender may take the alert.</summary>
    public required DateTimeOffset SendBy { get; init; }
}
