using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Scheduling;

namespace Monit.Api.Monitors;

/// <summary>How a monitor is doing.</summary>
/// <param name="NextCheckAt">None while it is being checked, or is paused.</param>
/// <param name="FailureCount">Failed checks in a row, quick retries aside.</param>
public sealed record StatusResponse(
    MonitorState State, int? HttpStatus = null, long? LatencyMs = null, string? Reason = null,
    DateTimeOffset? CheckedAt = null, DateTimeOffset? NextCheckAt = null, int FailureCount = 0)
{
    /// <summary>Before the first check.</summary>
    public static StatusResponse New(UptimeMonitor monitor) => new(monitor.Enabled ? MonitorState.Pending : MonitorState.Paused);

    /// <summary>As Redis knows it.</summary>
    public static StatusResponse Of(UptimeMonitor monitor, MonitorView view) => !monitor.Enabled ? New(monitor) : new(
        StateOf(view), view.Status?.HttpStatus, view.Status?.LatencyMs, view.Status?.Reason?.ToWire(),
        At(view.Status?.CheckedAt), At(view.NextCheckAt), view.Incident.FailureCount);

    /// <summary>As SQL alone knows it, while Redis does not answer.</summary>
    public static StatusResponse Of(UptimeMonitor monitor, MonitorIncident? open) => !monitor.Enabled || open is null
        ? New(monitor) : new(MonitorState.Down, open.HttpStatus, open.LatencyMs, open.Reason);

    private static MonitorState StateOf(MonitorView view) => view switch
    {
        { Incident: { Parked: true, DbIncident: true } } => MonitorState.Parked,
        { Incident.DbIncident: true } => MonitorState.Down,
        { Incident.FailureCount: > 0 } or { Incident.RetryCount: > 0 } => MonitorState.Failing,
        { Status: null } => MonitorState.Pending,
        _ => MonitorState.Up,
    };

    private static DateTimeOffset? At(long? ms) => ms is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
