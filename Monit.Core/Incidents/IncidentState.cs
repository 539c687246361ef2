using System.Globalization;
using Monit.Core.Checks.Assertions;
using Monit.Core.Monitors;
using Monit.Core.Text;

namespace Monit.Core.Incidents;

/// <summary>
/// The counters of a monitor, stored in the Redis hash <c>incident</c> only while something is wrong:
/// <c>failure_count retry_count first_failure_at last_failure_at alerted db_incident parked</c>, and then, only if one of them is
/// not 0, <c>success_count first_success_at degraded_count first_degraded_at degraded_incident</c>, which versions before 0.2 ignore.
/// <see langword="default"/> means healthy. Times are Unix ms on Redis' clock. Nothing reads <c>last_failure_at</c> and
/// <c>alerted</c>; they are written for processes of version 0.1, which expect seven fields.
/// </summary>
/// <param name="DbIncident">Whether an incident is open, of either severity.</param>
public readonly record struct IncidentState(int FailureCount, int RetryCount, long FirstFailureAt, bool DbIncident, bool Parked)
{
    /// <summary>Consecutive checks that did not have what the open incident is about; 0 without one.</summary>
    public int SuccessCount { get; init; }

    /// <summary>When the first of them began.</summary>
    public long FirstSuccessAt { get; init; }

    /// <summary>Degraded checks since the last good one, or since the monitor was last down; failures among them are not counted.</summary>
    public int DegradedCount { get; init; }

    /// <summary>When the first of them began.</summary>
    public long FirstDegradedAt { get; init; }

    /// <summary>Of the open incident.</summary>
    public Severity Severity { get; init; }

    public bool IsHealthy => this == default;

    /// <summary>
    /// The text of a healthy monitor whose last check could not be judged, or that was never checked: it is <see cref="MonitorState.Pending"/>.
    /// So the worker that checks it next knows that its state changes. To every version it means healthy.
    /// </summary>
    public const string Unjudged = "0 0 0 0 0 0 0";

    /// <summary>Whether an incident is open in which the monitor is down.</summary>
    public bool IsDown => DbIncident && Severity == Severity.Down;

    /// <summary>Whether an incident is open in which the monitor is degraded.</summary>
    public bool IsDegraded => DbIncident && Severity == Severity.Degraded;

    /// <summary>The state of an enabled monitor that has been checked. Nothing else decides it.</summary>
    public MonitorState State => this switch
    {
        { IsDown: true, Parked: true } => MonitorState.Parked,
        { IsDown: true } => MonitorState.Down,
        { FailureCount: > 0 } or { RetryCount: > 0 } => MonitorState.Failing,
        { IsDegraded: true } or { DegradedCount: > 0 } => MonitorState.Degraded,
        _ => MonitorState.Up,
    };

    /// <summary>The state of any monitor.</summary>
    /// <param name="isKnown">Whether its last check could be judged.</param>
    public MonitorState StateOf(bool enabled, bool isKnown) =>
        !enabled ? MonitorState.Paused : State == MonitorState.Up && !isKnown ? MonitorState.Pending : State;

    /// <summary>The state derived from an open incident in SQL, for when Redis has lost its own.</summary>
    public static IncidentState Restored(DateTimeOffset startedAt, Severity severity = Severity.Down)
    {
        var at = startedAt.ToUnixTimeMilliseconds();
        return severity == Severity.Down ? new(1, 0, at, true, false)
            : new(0, 0, 0, true, false) { DegradedCount = 1, FirstDegradedAt = at, Severity = severity };
    }

    /// <summary>The text stored in Redis; empty for a healthy monitor.</summary>
    public string Encode() => IsHealthy ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{FailureCount} {RetryCount} {FirstFailureAt} {FirstFailureAt} {(DbIncident ? 1 : 0)} {(DbIncident ? 1 : 0)} {(Parked ? 1 : 0)}{Further}");

    private string Further => SuccessCount == 0 && DegradedCount == 0 && Severity == Severity.Down ? "" : string.Create(CultureInfo.InvariantCulture,
        $" {SuccessCount} {FirstSuccessAt} {DegradedCount} {FirstDegradedAt} {(int)Severity}");

    /// <summary>Parses the text of <see cref="Encode"/>; empty means healthy. False if it is malformed.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out IncidentState state)
    {
        state = default;
        if (text.IsEmpty)
            return true;
        var rest = text;
        if (!Fields.TryLong(ref rest, out var failures) || !Fields.TryLong(ref rest, out var retries)
            || !Fields.TryLong(ref rest, out var first) || !Fields.TryLong(ref rest, out _)
            || !Fields.TryLong(ref rest, out _) || !Fields.TryLong(ref rest, out var db)
            || !Fields.TryLong(ref rest, out var parked))
            return false;
        state = new IncidentState((int)failures, (int)retries, first, db == 1, parked == 1);
        if (rest.IsEmpty)
            return true;
        if (!Fields.TryLong(ref rest, out var successes) || !Fields.TryLong(ref rest, out var success) || !Fields.TryLong(ref rest, out var degraded)
            || !Fields.TryLong(ref rest, out var degradedAt) || !Fields.TryLong(ref rest, out var severity))
            return false;
        state = state with
        {
            SuccessCount = (int)successes, FirstSuccessAt = success, DegradedCount = (int)degraded, FirstDegradedAt = degradedAt,
            Severity = severity == 1 ? Severity.Degraded : Severity.Down,
        };
        return true;
    }
}
