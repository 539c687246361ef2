using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;

namespace Monit.Api.Monitors;

/// <summary>The state of a monitor and the result of its last check.</summary>
/// <param name="Detail">What more is known of a failure, in one line for people; null if nothing.</param>
/// <param name="NextCheckAt">Null while it is being checked, or is paused.</param>
/// <param name="FailureCount">Consecutive failed checks, without quick retries.</param>
public sealed record StatusResponse(
    MonitorState State, int? HttpStatus = null, long? LatencyMs = null, string? Reason = null, string? Detail = null,
    DateTimeOffset? CheckedAt = null, DateTimeOffset? NextCheckAt = null, int FailureCount = 0)
{
    /// <summary>Before the first check.</summary>
    public static StatusResponse New(bool enabled) => new(default(IncidentState).StateOf(enabled, isKnown: false));

    /// <summary>From the state in Redis.</summary>
    public static StatusResponse Of(bool enabled, MonitorView view) => !enabled ? New(enabled) : new(
        view.Incident.StateOf(enabled, view.Status is { Reason: not FailureReason.CheckError }), view.Status?.HttpStatus, view.Status?.LatencyMs,
        view.Status?.Reason?.ToWire(), view.Status?.Detail, At(view.Status?.CheckedAt), At(view.NextCheckAt), view.Incident.FailureCount);

    /// <summary>From SQL alone, while Redis is unavailable.</summary>
    public static StatusResponse Of(bool enabled, MonitorIncident? open) => !enabled || open is null
        ? New(enabled) : new(new IncidentState { DbIncident = true, Severity = open.Severity }.State, open.HttpStatus, open.LatencyMs, open.Reason, open.Detail);

    private static DateTimeOffset? At(long? ms) => ms is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
