using Monit.Core.Checks;
using Monit.Core.Monitors;

namespace Monit.Core.Incidents;

/// <summary>When a monitor is checked next.</summary>
public enum NextCheck
{
    /// <summary>At the monitor's next slot.</summary>
    Slot,
    /// <summary>After <see cref="DecisionRules.RetryDelay"/>, independent of its slots.</summary>
    Retry,
    /// <summary>After <see cref="DecisionRules.ParkedPace"/>.</summary>
    Parked,
}

/// <summary>How a result changes the monitor's incident in SQL.</summary>
public enum IncidentChange
{
    None,
    Open,
    Close,
}

/// <summary>The consequences of a result.</summary>
/// <param name="Incident">The new failure counters; <see langword="default"/> when healthy.</param>
public readonly record struct Outcome(MonitorState State, IncidentState Incident, NextCheck Next, IncidentChange Change);

/// <summary>
/// The decision tree, a pure function: quick retries first, then the failure is counted; the threshold opens one incident,
/// and from there on a terminal failure slows the monitor down. What could not be judged changes nothing.
/// </summary>
public static class Decision
{
    /// <param name="at">When the check began, Unix ms.</param>
    /// <param name="mayRetry">Whether the retry budget allows a quick retry.</param>
    public static Outcome Decide(
        in IncidentState state, in Verdict result, long at, DecisionRules rules, bool mayRetry)
    {
        if (result.Kind == FailureKind.NotJudged)
            return new Outcome(state.State, state, NextCheck.Slot, IncidentChange.None);
        if (result.Success)
            return new Outcome(MonitorState.Up, default, NextCheck.Slot, state.DbIncident ? IncidentChange.Close : IncidentChange.None);

        var failing = state with { FirstFailureAt = state.IsHealthy ? at : state.FirstFailureAt };

        var quickRetry = result.Kind is FailureKind.Retryable or FailureKind.Terminal
            && state.FailureCount == 0 && state.RetryCount < rules.RetryThreshold && mayRetry;
        if (quickRetry)
            return new Outcome(MonitorState.Failing, failing with { RetryCount = state.RetryCount + 1 }, NextCheck.Retry, IncidentChange.None);

        failing = failing with { FailureCount = state.FailureCount + 1, RetryCount = 0 };
        var opens = !state.DbIncident && failing.FailureCount >= rules.FailureThreshold;
        failing = failing with { DbIncident = state.DbIncident || opens };
        failing = failing with { Parked = failing.DbIncident && result.Kind == FailureKind.Terminal };

        return new Outcome(
            failing.State,
            failing,
            failing.Parked ? NextCheck.Parked : NextCheck.Slot,
            opens ? IncidentChange.Open : IncidentChange.None);
    }
}
