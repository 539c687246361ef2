using System.Globalization;
using Monit.Core.Monitors;
using Monit.Core.Text;

namespace Monit.Core.Incidents;

/// <summary>
/// The failure counters of a monitor, stored in the Redis hash <c>incident</c> only while it fails:
/// <c>failure_count retry_count first_failure_at last_failure_at alerted db_incident parked</c>.
/// <see langword="default"/> means healthy. Times are Unix ms on Redis' clock. Nothing reads <c>last_failure_at</c> and
/// <c>alerted</c>; they are written for processes of version 0.1, which expect seven fields.
/// </summary>
public readonly record struct IncidentState(int FailureCount, int RetryCount, long FirstFailureAt, bool DbIncident, bool Parked)
{
    public bool IsHealthy => this == default;

    /// <summary>The state of an enabled monitor that has been checked. Nothing else decides it.</summary>
    public MonitorState State => this switch
    {
        { DbIncident: true, Parked: true } => MonitorState.Parked,
        { DbIncident: true } => MonitorState.Down,
        { FailureCount: > 0 } or { RetryCount: > 0 } => MonitorState.Failing,
        _ => MonitorState.Up,
    };

    /// <summary>The state of any monitor.</summary>
    /// <param name="isKnown">Whether its last check could be judged.</param>
    public MonitorState StateOf(bool enabled, bool isKnown) =>
        !enabled ? MonitorState.Paused : State == MonitorState.Up && !isKnown ? MonitorState.Pending : State;

    /// <summary>The state derived from an open incident in SQL, for when Redis has lost its own.</summary>
    public static IncidentState Restored(DateTimeOffset startedAt) => new(1, 0, startedAt.ToUnixTimeMilliseconds(), true, false);

    /// <summary>The text stored in Redis; empty for a healthy monitor.</summary>
    public string Encode() => IsHealthy ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{FailureCount} {RetryCount} {FirstFailureAt} {FirstFailureAt} {(DbIncident ? 1 : 0)} {(DbIncident ? 1 : 0)} {(Parked ? 1 : 0)}");

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
        return true;
    }
}
