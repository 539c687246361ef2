using Monit.Core.Checks;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Storage.Schedule;

/// <summary>The reply of <c>claim</c>.</summary>
/// <param name="Now">Redis' time, Unix ms.</param>
/// <param name="Token">The lease deadline of all these jobs, Unix ms; required to complete them.</param>
/// <param name="Built">False if the shard was never filled or has been emptied, so that a sweep is needed.</param>
/// <param name="Revision">The current revision of the configurations, for the next claim.</param>
/// <param name="Changed">Monitors whose configurations have changed since the caller's revision; null: any may have changed.</param>
public sealed record Claim(
    long Now, long Token, bool Built, IReadOnlyList<ClaimedJob> Jobs, long? Revision, IReadOnlyList<Guid>? Changed);

/// <summary>A leased monitor.</summary>
/// <param name="Due">When it was due, Unix ms, within <see cref="DueTolerance"/>.</param>
/// <param name="Incident">As <see cref="IncidentState.Encode"/> wrote it; empty while healthy.</param>
public readonly record struct ClaimedJob(Guid Id, long Due, ReadOnlyMemory<byte> Incident)
{
    /// <summary>If the due times of a claim are within this many ms, only the first and the last are returned.</summary>
    public const long DueTolerance = 200;

    /// <summary>
    /// The number of slots that have passed by <paramref name="now"/> since it was due. Its own slot, which may be up to
    /// <see cref="DueTolerance"/> after <see cref="Due"/>, is not counted.
    /// </summary>
    public long Missed(long now, TimeSpan interval) => Cadence.Missed(Id, Due + DueTolerance, now, interval);
}

/// <summary>A job and the token of its lease.</summary>
public readonly record struct Lease(Guid Id, long Token);

/// <summary>A finished check, to be scheduled again.</summary>
/// <param name="Due">The next due time, Unix ms; <see cref="Never"/> for none.</param>
/// <param name="Period">A <paramref name="Due"/> in the past is moved to the future by whole periods; zero: due at once.</param>
/// <param name="Result">What is kept of it in the monitor's history.</param>
/// <param name="Status">Null if it says no more than <paramref name="Result"/>: <see cref="MonitorStatus.IsPlain"/>, as was the one before.</param>
/// <param name="Incident">The state to store; null leaves the stored one unchanged.</param>
/// <param name="Changed">The state of the monitor, if the check changes it; it then has an <paramref name="Incident"/>.</param>
public readonly record struct Completion(
    Lease Lease, long Due, TimeSpan Period, ResultPoint Result, MonitorStatus? Status, IncidentState? Incident, CountedState? Changed = null)
{
    public const long Never = long.MaxValue;
}

/// <summary>A monitor to put into the schedule.</summary>
/// <param name="Incident">The state derived from SQL; <see langword="default"/> if no incident is open.</param>
/// <param name="Soon">The maximum delay until its next check; null: it is due at its next slot.</param>
/// <param name="Force">Write even if Redis has this version ("check now", repair).</param>
/// <param name="Spacing">If <paramref name="Soon"/> makes it due out of turn, how long after the last check out of turn at the earliest.</param>
public readonly record struct ScheduleEntry(
    Guid Id, CheckConfig Config, IncidentState Incident, TimeSpan? Soon, bool Force = false, TimeSpan Spacing = default);

/// <summary>The reply of <c>schedule</c>.</summary>
/// <param name="Newer">
/// Positions, from 0, of the monitors whose new configuration was not written, because Redis has the old one in a format
/// that this version of Monit does not know.
/// </param>
public sealed record Scheduled(int Written, IReadOnlyList<int> Newer);

/// <summary>A monitor to remove, unless Redis has a newer version than <paramref name="Version"/> (null: any version).</summary>
public readonly record struct Removal(Guid Id, long? Version);

/// <summary>A monitor as SQL has it, to compare with Redis.</summary>
/// <param name="Farthest">The maximum time until its next check.</param>
/// <param name="Format">The <see cref="CheckConfig.LowestFormat"/> that can hold it.</param>
public readonly record struct Expected(Guid Id, long Version, TimeSpan Farthest, int Format = 1);

/// <summary>Positions, from 0, within a compared page: missing or outdated monitors, and those due too far ahead.</summary>
public sealed record Comparison(IReadOnlyList<int> Missing, IReadOnlyList<int> TooFar);

/// <summary>An incident state to correct, if Redis still has the text <paramref name="Seen"/>; if that is right, only its state is noted.</summary>
/// <param name="IsKnown">Whether its last check could be judged.</param>
public readonly record struct Restoration(Guid Id, string Seen, IncidentState State, bool IsKnown = true);

/// <summary>A monitor whose state has changed.</summary>
public readonly record struct StateChange(Guid Id, CountedState State);

/// <summary>The state of a monitor in Redis.</summary>
/// <param name="Text">Of its incident state, as it is there; empty if there is none.</param>
/// <param name="IsKnown">Whether its last check could be judged.</param>
public readonly record struct SeenState(string Text, IncidentState Incident, bool IsKnown)
{
    public CountedState State => CountedStates.Of(Incident, IsKnown);
}

/// <summary>What all workers have done in the last minute.</summary>
/// <param name="Checks">Completed.</param>
/// <param name="Missed">Slots that passed without a check.</param>
/// <param name="Lag">From due to claimed, in the mean; null if nothing was claimed.</param>
public sealed record Pace(long Checks, long Missed, TimeSpan? Lag);

/// <summary>The reply of <c>extend</c>: the new token of all jobs that were not fenced off.</summary>
/// <param name="Now">Redis' time, Unix ms.</param>
/// <param name="Fenced">Positions, from 0, of the jobs that were fenced off.</param>
public sealed record Extension(long Now, long Token, IReadOnlyList<int> Fenced);

/// <summary>A monitor's state in Redis, for the API.</summary>
/// <param name="Status">Null before the first check.</param>
/// <param name="NextCheckAt">Unix ms; null while it is being checked or not scheduled.</param>
public sealed record MonitorView(MonitorStatus? Status, IncidentState Incident, long? NextCheckAt);

/// <summary>Results of a monitor that SQL does not have yet.</summary>
/// <param name="Results">As <see cref="RecentResults"/> reads them.</param>
public readonly record struct Unsaved(Guid Id, ReadOnlyMemory<byte> Results);
