using Monit.Core.Monitors;

namespace Monit.Core.Incidents;

/// <summary>An incident to open or to close, as a check's result implies it.</summary>
/// <param name="Version">The configuration that was checked; a newer one in SQL makes the transition stale.</param>
/// <param name="At">Opening: the first failed attempt. Closing: the check that saw the recovery.</param>
/// <param name="Reason">Why it failed; none closes.</param>
public sealed record Transition(
    Guid MonitorId, long Version, DateTimeOffset At, FailureReason? Reason, int? HttpStatus, int? LatencyMs)
{
    public bool Opens => Reason is not null;
}

/// <summary>What became of a <see cref="Transition"/>.</summary>
/// <param name="Stale">The monitor has changed, is disabled or gone: nothing was written.</param>
/// <param name="AlertId">The notice that was written with it.</param>
/// <param name="Failure">Why SQL refused this row; the others of its batch are written.</param>
public readonly record struct TransitionOutcome(bool Stale, Guid? AlertId, Exception? Failure);
