using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Core.Scheduling;

/// <summary>A claim's reply.</summary>
/// <param name="Now">Redis' time, Unix ms.</param>
/// <param name="Token">The deadline that all these jobs carry, and with which they are completed.</param>
/// <param name="Built">False when the shard was never filled, or has been emptied: the Reconciler is wanted.</param>
/// <param name="Edition">Of the configurations, for the next claim.</param>
/// <param name="Changed">Monitors whose configurations have changed since the edition that was shown; none: any may have.</param>
public sealed record Claim(
    long Now, long Token, bool Built, IReadOnlyList<ClaimedJob> Jobs, long? Edition, IReadOnlyList<Guid>? Changed);

/// <summary>A leased monitor.</summary>
/// <param name="Due">When it was due, Unix ms, within <see cref="DueTolerance"/>.</param>
/// <param name="Incident">As <see cref="IncidentState.Encode"/> wrote it; empty while healthy.</param>
public readonly record struct ClaimedJob(Guid Id, long Due, ReadOnlyMemory<byte> Incident)
{
    /// <summary>Due times that are no further apart, ms, are told by the first and the last of them.</summary>
    public const long DueTolerance = 200;

    /// <summary>Slots that have gone by at <paramref name="now"/> since it was due; its own, told too early, is not one.</summary>
    public long Missed(long now, TimeSpan interval) => Cadence.Missed(Id, Due + DueTolerance, now, interval);
}

/// <summary>A job and the token of its lease.</summary>
public readonly record struct Lease(Guid Id, long Token);

/// <summary>A finished check, on its way back into the schedule.</summary>
/// <param name="Due">Next time, Unix ms; <see cref="Never"/> for none.</param>
/// <param name="Period">An overdue <paramref name="Due"/> moves on by whole periods; zero: it runs at once.</param>
/// <param name="Incident">The state to store; none leaves it as it is.</param>
public readonly record struct Completion(
    Lease Lease, long Due, TimeSpan Period, MonitorStatus Status, IncidentState? Incident)
{
    public const long Never = long.MaxValue;
}

/// <summary>A monitor to put into the schedule.</summary>
/// <param name="Incident">What SQL implies of its failures; <see langword="default"/> for none.</param>
/// <param name="Soon">Due after that at the latest; none: at the next slot of its phase.</param>
/// <param name="Force">Write although Redis has this version ("check now", repair).</param>
public readonly record struct ScheduleEntry(
    Guid Id, CheckConfig Config, IncidentState Incident, TimeSpan? Soon, bool Force = false);

/// <summary>A monitor to remove, unless Redis has a newer version than <paramref name="Version"/> (none: whatever it has).</summary>
public readonly record struct Removal(Guid Id, long? Version);

/// <summary>A monitor as SQL has it, to compare with Redis.</summary>
/// <param name="Farthest">How far ahead its next check may lie.</param>
public readonly record struct Expected(Guid Id, long Version, TimeSpan Farthest);

/// <summary>Positions within a compared page.</summary>
public sealed record Comparison(IReadOnlyList<int> Missing, IReadOnlyList<int> TooFar);

/// <summary>An incident state to correct: <paramref name="Seen"/> is the text that Redis had.</summary>
public readonly record struct Restoration(Guid Id, string Seen, IncidentState State);

/// <summary>A renewed lease: the new token of all that were not fenced off.</summary>
/// <param name="Fenced">Positions of the jobs that were.</param>
public sealed record Extension(long Now, long Token, IReadOnlyList<int> Fenced);

/// <summary>What the API shows of a monitor.</summary>
/// <param name="NextCheckAt">Unix ms; none while it is being checked or not scheduled.</param>
public sealed record MonitorView(MonitorStatus? Status, IncidentState Incident, long? NextCheckAt);
