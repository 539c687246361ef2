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
    public static StatusResponse New(UptimeMonitor monitor) => new(default(IncidentState).StateOf(monitor.Enabled, isKnown: false));

    /// <summary>From the state in Redis.</summary>
    public static StatusResponse Of(UptimeMonitor monitor, MonitorView view) => !monitor.Enabled ? New(monitor) : new(
        view.Incident.StateOf(monitor.Enabled, view.Status is { Reason: not FailureReason.CheckError }), view.Status?.HttpStatus, view.Status?.LatencyMs, view.Status?.Reason?.ToWire(), view.Status?.Detail,
        At(view.Status?.CheckedAt), At(view.NextCheckAt), view.Incident.FailureCount);

    /// <summary>From SQL alone, while Redis is unavailable.</summary>
    public static StatusResponse Of(UptimeMonitor monitor, MonitorIncident? open) => !monitor.Enabled || open is null
        ? New(monitor) : new(new IncidentState { DbIncident = true }.State, open.HttpStatus, open.LatencyMs, open.Reason);

    private static DateTimeOffset? At(long? ms) => ms is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
