using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
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
/// <param name="Incident">The new counters; <see langword="default"/> when healthy.</param>
/// <param name="At">Where the incident changes: when it began, or ended, Unix ms.</param>
public readonly record struct Outcome(MonitorState State, IncidentState Incident, NextCheck Next, IncidentChange Change, long At = 0)
{
    /// <summary>The severity of the incident that is opened.</summary>
    public Severity Severity => Incident.Severity;
}

/// <summary>
/// The decision tree, a pure function: quick retries first, then the failure is counted; the threshold opens one incident,
/// and from there on a terminal failure slows the monitor down. Enough successes in a row close it. What could not be judged changes
/// nothing. A degraded check is no failure: it counts as a success for an incident in which the monitor is down, and for one of its
/// own severity at the same threshold. An incident that is worse takes the place of one that is degraded.
/// </summary>
public static class Decision
{
    /// <param name="at">When the check began, Unix ms.</param>
    /// <param name="rules">With the monitor's own: <see cref="DecisionRules.With"/>.</param>
    /// <param name="mayRetry">Whether the retry budget allows a quick retry.</param>
    public static Outcome Decide(
        in IncidentState state, in Verdict result, long at, DecisionRules rules, bool mayRetry)
    {
        if (result.Kind == FailureKind.NotJudged)
            return new Outcome(state.State, state, NextCheck.Slot, IncidentChange.None);
        if (!result.Success && !result.IsDegraded)
            return Failed(state, result.Kind, at, rules, mayRetry);
        var passed = WithDegraded(Passed(state), result.IsDegraded, at);
        if (state.DbIncident && !(result.IsDegraded && state.IsDegraded))
            return Succeeded(passed, at, rules);
        return result.IsDegraded && !state.IsDegraded ? Degraded(passed, rules) : Unchanged(passed with { SuccessCount = 0, FirstSuccessAt = 0 });
    }

    // What was counted of failures is over, unless an incident is open; and the monitor is back at its own pace.
    private static IncidentState Passed(in IncidentState state) => state.IsDown
        ? state with { RetryCount = 0, Parked = false }
        : state with { FailureCount = 0, RetryCount = 0, FirstFailureAt = 0, Parked = false };

    private static IncidentState WithDegraded(in IncidentState state, bool isDegraded, long at)
    {
        if (isDegraded)
            return state with { DegradedCount = state.DegradedCount + 1, FirstDegradedAt = state.DegradedCount == 0 ? at : state.FirstDegradedAt };
        return state.IsDegraded ? state : state with { DegradedCount = 0, FirstDegradedAt = 0 };
    }

    // Another check that does not have what the open incident is about.
    private static Outcome Succeeded(in IncidentState state, long at, DecisionRules rules)
    {
        var next = state with { SuccessCount = state.SuccessCount + 1, FirstSuccessAt = state.SuccessCount == 0 ? at : state.FirstSuccessAt };
        if (next.SuccessCount < rules.SuccessThreshold)
            return Unchanged(next);
        // Of one in which the monitor was down, degraded checks remain; the next one opens their incident, as a check changes one thing only.
        var after = state.IsDown ? new IncidentState { DegradedCount = next.DegradedCount, FirstDegradedAt = next.FirstDegradedAt } : default;
        return new Outcome(after.State, after, NextCheck.Slot, IncidentChange.Close, next.FirstSuccessAt);
    }

    private static Outcome Degraded(in IncidentState state, DecisionRules rules)
    {
        if (state.DegradedCount < rules.FailureThreshold)
            return Unchanged(state);
        var next = state with { DbIncident = true, Severity = Severity.Degraded };
        return new Outcome(next.State, next, NextCheck.Slot, IncidentChange.Open, next.FirstDegradedAt);
    }

    private static Outcome Unchanged(in IncidentState state) => new(state.State, state, NextCheck.Slot, IncidentChange.None);

    private static Outcome Failed(in IncidentState state, FailureKind kind, long at, DecisionRules rules, bool mayRetry)
    {
        var failing = state with { SuccessCount = 0, FirstSuccessAt = 0, FirstFailureAt = state is { FailureCount: 0, RetryCount: 0 } ? at : state.FirstFailureAt };

        var quickRetry = kind is FailureKind.Retryable or FailureKind.Terminal
            && state.FailureCount == 0 && state.RetryCount < rules.RetryThreshold && mayRetry;
        if (quickRetry)
        {
            failing = failing with { RetryCount = state.RetryCount + 1 };
            return new Outcome(failing.State, failing, NextCheck.Retry, IncidentChange.None);
        }

        failing = failing with { FailureCount = state.FailureCount + 1, RetryCount = 0 };
        // A failure neither adds to the degraded checks nor ends their row: a monitor that is degraded or down by turns is degraded.
        var opens = !state.IsDown && failing.FailureCount >= rules.FailureThreshold;
        if (opens || state.IsDown)
            failing = failing with { DbIncident = true, Severity = Severity.Down, DegradedCount = 0, FirstDegradedAt = 0, Parked = kind == FailureKind.Terminal };

        return new Outcome(
            failing.State,
            failing,
            failing.Parked ? NextCheck.Parked : NextCheck.Slot,
            opens ? IncidentChange.Open : IncidentChange.None,
            opens ? failing.FirstFailureAt : 0);
    }
}
