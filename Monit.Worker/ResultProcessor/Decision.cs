using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Worker.Executor;

namespace Monit.Worker.ResultProcessor;

/// <summary>When a monitor is checked next.</summary>
internal enum NextCheck
{
    /// <summary>At the next slot of its phase.</summary>
    Slot,
    /// <summary>After the retry delay, off its phase.</summary>
    Retry,
    /// <summary>At the slow pace of parked monitors.</summary>
    Parked,
}

/// <summary>What a result does to the monitor's incident in SQL.</summary>
internal enum IncidentChange
{
    None,
    Open,
    Close,
}

/// <summary>What follows from a result.</summary>
/// <param name="Incident">The state from now on; <see langword="default"/> when healthy.</param>
internal readonly record struct Outcome(MonitorState State, IncidentState Incident, NextCheck Next, IncidentChange Change);

/// <summary>
/// The seed's decision tree, without I/O: terminal, retryable, counted, and at the threshold one incident.
/// </summary>
internal static class Decision
{
    /// <param name="at">When the check began, Unix ms.</param>
    /// <param name="mayRetry">Whether the budget has a quick retry left.</param>
    public static Outcome Decide(
        in IncidentState state, in ProbeResult result, long at, ResultProcessorOptions rules, bool mayRetry)
    {
        if (result.Success)
            return new Outcome(MonitorState.Up, default, NextCheck.Slot, state.DbIncident ? IncidentChange.Close : IncidentChange.None);

        var failing = state with { FirstFailureAt = state.IsHealthy ? at : state.FirstFailureAt, LastFailureAt = at };

        var quickRetry = result.Kind is FailureKind.Retryable or FailureKind.Terminal
            && state.FailureCount == 0 && state.RetryCount < rules.RetryThreshold && mayRetry;
        if (quickRetry)
            return new Outcome(MonitorState.Failing, failing with { RetryCount = state.RetryCount + 1 }, NextCheck.Retry, IncidentChange.None);

        var terminal = result.Kind == FailureKind.Terminal;
        failing = failing with { FailureCount = state.FailureCount + 1, RetryCount = 0, Parked = terminal };
        var opens = !state.DbIncident && (terminal || failing.FailureCount >= rules.FailureThreshold);
        if (opens)
            failing = failing with { DbIncident = true, Alerted = true };

        return new Outcome(
            terminal ? MonitorState.Parked : failing.DbIncident ? MonitorState.Down : MonitorState.Failing,
            failing,
            terminal ? NextCheck.Parked : NextCheck.Slot,
            opens ? IncidentChange.Open : IncidentChange.None);
    }
}
