namespace Monit.Api.Incidents;

/// <summary>A time for which a monitor was down.</summary>
/// <param name="EndedAt">None while it is open.</param>
public sealed record IncidentResponse(
    Guid Id, Guid MonitorId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Reason, int? HttpStatus,
    int? LatencyMs, bool Alerted);
