using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;

namespace Monit.Api.Summary;

/// <summary>How an account's monitors are, and how the installation keeps up.</summary>
/// <param name="OpenIncidents">Of the account, of either severity.</param>
/// <param name="ChecksPerMinute">Completed in the last minute by all workers, for all accounts; null while Redis is unavailable.</param>
/// <param name="MissedSlots">Slots of all accounts that passed in the last minute without a check; null while Redis is unavailable.</param>
/// <param name="LagMs">From due to begun, the mean of the last minute and all accounts; null if nothing was due, and while Redis is unavailable.</param>
public sealed record SummaryResponse(MonitorCounts Monitors, int OpenIncidents, long? ChecksPerMinute, long? MissedSlots, long? LagMs)
{
    public static SummaryResponse Of(IReadOnlyCollection<StateCount> counts, Pace? pace) => new(
        MonitorCounts.Of(counts), counts.Where(c => c.State.HasIncident()).Sum(c => c.Count),
        pace?.Checks, pace?.Missed, pace?.Lag is { } lag ? (long)Math.Round(lag.TotalMilliseconds) : null);
}

/// <summary>The monitors of an account, and how many of them are in each state.</summary>
public sealed record MonitorCounts(int Total, int Up, int Degraded, int Failing, int Down, int Parked, int Pending, int Paused)
{
    public static MonitorCounts Of(IReadOnlyCollection<StateCount> counts)
    {
        return new(counts.Sum(c => c.Count), In(MonitorState.Up), In(MonitorState.Degraded), In(MonitorState.Failing), In(MonitorState.Down),
            In(MonitorState.Parked), In(MonitorState.Pending), In(MonitorState.Paused));

        int In(MonitorState state) => counts.Where(c => c.State.Shown() == state).Sum(c => c.Count);
    }
}
