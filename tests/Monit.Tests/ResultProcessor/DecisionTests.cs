using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Tests.ResultProcessor;

/// <summary>Every branch of the decision tree.</summary>
public sealed class DecisionTests
{
    private const long At = 1_700_000_000_000;
    private static readonly DecisionRules Rules = new();

    private static readonly Verdict Up = Verdict.Up(200, TimeSpan.FromMilliseconds(20));
    private static readonly Verdict Retryable = Verdict.Down(FailureReason.Timeout, FailureKind.Retryable);
    private static readonly Verdict Definite = Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, 500);
    private static readonly Verdict Terminal = Verdict.Down(FailureReason.InvalidRequest, FailureKind.Terminal);

    private static IncidentState Healthy => default;
    private static readonly IncidentState Counted = new(2, 0, At - 60_000, false, false);
    private static readonly IncidentState Open = new(3, 0, At - 60_000, true, false);

    private static Outcome Decide(IncidentState state, Verdict result, bool mayRetry = true) =>
        Decision.Decide(state, result, At, Rules, mayRetry);

    [Fact]
    public void Success_WhileHealthy_ChangesNothing() =>
        Assert.Equal(new Outcome(MonitorState.Up, Healthy, NextCheck.Slot, IncidentChange.None), Decide(Healthy, Up));

    [Fact]
    public void Success_BelowThreshold_ClearsTheCounters() =>
        Assert.Equal(new Outcome(MonitorState.Up, Healthy, NextCheck.Slot, IncidentChange.None), Decide(Counted, Up));

    [Fact]
    public void Success_WithIncident_ClosesIt() =>
        Assert.Equal(new Outcome(MonitorState.Up, Healthy, NextCheck.Slot, IncidentChange.Close, At), Decide(Open, Up));

    [Fact]
    public void FirstFailure_Retryable_IsRetriedQuickly()
    {
        var outcome = Decide(Healthy, Retryable);
        Assert.Equal(new Outcome(MonitorState.Failing, new IncidentState(0, 1, At, false, false), NextCheck.Retry, IncidentChange.None), outcome);
    }

    [Fact]
    public void Retries_Exhausted_CountsOnceAndReturnsToItsSlot()
    {
        var outcome = Decide(new IncidentState(0, 2, At - 10_000, false, false), Retryable);
        Assert.Equal(new Outcome(MonitorState.Failing, new IncidentState(1, 0, At - 10_000, false, false), NextCheck.Slot, IncidentChange.None), outcome);
    }

    [Fact]
    public void Retry_WithoutBudget_CountsAtOnce() => Assert.Equal(1, Decide(Healthy, Retryable, mayRetry: false).Incident.FailureCount);

    [Fact]
    public void Retryable_OnceCounted_IsNotRetriedAgain() =>
        Assert.Equal(NextCheck.Slot, Decide(Counted with { FailureCount = 1 }, Retryable).Next);

    [Fact]
    public void Definite_IsCountedWithoutRetry()
    {
        var outcome = Decide(Healthy, Definite);
        Assert.Equal((1, NextCheck.Slot, MonitorState.Failing), (outcome.Incident.FailureCount, outcome.Next, outcome.State));
    }

    [Fact]
    public void Threshold_Reached_OpensOneIncidentFromTheFirstFailure()
    {
        var outcome = Decide(Counted, Definite);
        Assert.Equal(new Outcome(MonitorState.Down, new IncidentState(3, 0, At - 60_000, true, false), NextCheck.Slot, IncidentChange.Open, At - 60_000), outcome);
    }

    [Fact]
    public void Failure_WithIncident_OnlyCounts()
    {
        var outcome = Decide(Open, Retryable);
        Assert.Equal((IncidentChange.None, 4, MonitorState.Down, NextCheck.Slot), (outcome.Change, outcome.Incident.FailureCount, outcome.State, outcome.Next));
    }

    [Fact]
    public void Terminal_First_IsRetriedQuickly() => Assert.Equal(NextCheck.Retry, Decide(Healthy, Terminal).Next);

    [Fact]
    public void Parked_StillTerminal_StaysParkedWithoutASecondIncident()
    {
        var outcome = Decide(Open with { Parked = true }, Terminal);
        Assert.Equal((IncidentChange.None, NextCheck.Parked, MonitorState.Parked), (outcome.Change, outcome.Next, outcome.State));
    }

    [Fact]
    public void Parked_OtherFailure_ReturnsToItsCadence()
    {
        var outcome = Decide(Open with { Parked = true }, Retryable);
        Assert.Equal((false, NextCheck.Slot, MonitorState.Down), (outcome.Incident.Parked, outcome.Next, outcome.State));
    }

    [Fact]
    public void Restored_AfterRedisWasEmptied_OpensNoSecondIncidentAndClosesTheFirst()
    {
        var restored = IncidentState.Restored(DateTimeOffset.FromUnixTimeMilliseconds(At - 60_000));
        Assert.Equal(IncidentChange.None, Decide(restored, Definite).Change);
        Assert.Equal(IncidentChange.Close, Decide(restored, Up).Change);
    }

    [Fact]
    public void Thresholds_AreOptions()
    {
        var eager = new DecisionRules { RetryThreshold = 0, FailureThreshold = 1 };
        Assert.Equal(IncidentChange.Open, Decision.Decide(default, Retryable, At, eager, mayRetry: true).Change);
    }

    private static readonly Verdict Degraded = Verdict.Degraded(200, TimeSpan.FromMilliseconds(20), "expected b, got a");
    private static readonly IncidentState OpenDegraded = new() { DbIncident = true, DegradedCount = 3, FirstDegradedAt = At - 60_000, Severity = Severity.Degraded };
    private static readonly DecisionRules Three = new() { SuccessThreshold = 3 };

    [Fact]
    public void Degraded_First_IsShownAndCounted_NotAsAFailure()
    {
        var outcome = Decide(Healthy, Degraded);
        Assert.Equal(new Outcome(MonitorState.Degraded, new IncidentState { DegradedCount = 1, FirstDegradedAt = At }, NextCheck.Slot, IncidentChange.None), outcome);
        Assert.Equal(0, outcome.Incident.FailureCount);
    }

    [Fact]
    public void Degraded_AtTheThreshold_OpensAnIncidentOfItsSeverity_FromTheFirst()
    {
        var outcome = Decide(new IncidentState { DegradedCount = 2, FirstDegradedAt = At - 60_000 }, Degraded);
        Assert.Equal((IncidentChange.Open, Severity.Degraded, At - 60_000, MonitorState.Degraded), (outcome.Change, outcome.Severity, outcome.At, outcome.State));
        Assert.Equal(OpenDegraded, outcome.Incident);
    }

    [Fact]
    public void Degraded_WithItsIncident_OnlyCounts_AndStartsTheSuccessesAnew() => Assert.Equal(
        new Outcome(MonitorState.Degraded, OpenDegraded with { DegradedCount = 4 }, NextCheck.Slot, IncidentChange.None),
        Decide(OpenDegraded with { SuccessCount = 1, FirstSuccessAt = At - 1000 }, Degraded));

    [Fact]
    public void Degraded_ClearsTheFailures() => Assert.Equal(
        new IncidentState { DegradedCount = 1, FirstDegradedAt = At }, Decide(Counted, Degraded).Incident);

    [Fact]
    public void Success_ClearsTheDegradedCount() => Assert.Equal(Healthy, Decide(new IncidentState { DegradedCount = 2, FirstDegradedAt = At - 60_000 }, Up).Incident);

    [Fact]
    public void Failure_BetweenDegradedChecks_NeitherCountsNorEndsThem()
    {
        var failed = Decide(new IncidentState { DegradedCount = 1, FirstDegradedAt = At - 60_000 }, Definite);
        Assert.Equal((MonitorState.Failing, 1, 1), (failed.State, failed.Incident.DegradedCount, failed.Incident.FailureCount));
        Assert.Equal((MonitorState.Degraded, 2, 0), Decide(failed.Incident, Degraded) is var next ? (next.State, next.Incident.DegradedCount, next.Incident.FailureCount) : default);
    }

    [Fact]
    public void Success_WithADegradedIncident_ClosesIt() =>
        Assert.Equal(new Outcome(MonitorState.Up, Healthy, NextCheck.Slot, IncidentChange.Close, At), Decide(OpenDegraded, Up));

    [Fact]
    public void Failure_WithADegradedIncident_IsFailing_ThenDown_InItsPlace()
    {
        var failing = Decide(OpenDegraded, Retryable);
        Assert.Equal((MonitorState.Failing, NextCheck.Retry, IncidentChange.None, true), (failing.State, failing.Next, failing.Change, failing.Incident.IsDegraded));
        var down = Decide(OpenDegraded with { FailureCount = 2, FirstFailureAt = At - 30_000 }, Terminal);
        Assert.Equal(new Outcome(MonitorState.Parked, new IncidentState(3, 0, At - 30_000, true, true), NextCheck.Parked, IncidentChange.Open, At - 30_000), down);
        Assert.Equal(Severity.Down, down.Severity);
    }

    [Fact]
    public void Degraded_WhileDown_ClosesTheIncident_AndOpensItsOwnAtTheNextCheck()
    {
        var eager = new DecisionRules { FailureThreshold = 1 };
        var closed = Decision.Decide(Open, Degraded, At, eager, mayRetry: true);
        Assert.Equal(new Outcome(MonitorState.Degraded, new IncidentState { DegradedCount = 1, FirstDegradedAt = At }, NextCheck.Slot, IncidentChange.Close, At), closed);
        var opened = Decision.Decide(closed.Incident, Degraded, At + 60_000, eager, mayRetry: true);
        Assert.Equal((IncidentChange.Open, Severity.Degraded, At), (opened.Change, opened.Severity, opened.At));
    }

    [Fact]
    public void SuccessThreshold_KeepsTheIncidentOpen_AndEndsItWithTheFirst()
    {
        var one = Decision.Decide(Open with { Parked = true }, Up, At, Three, mayRetry: true);
        Assert.Equal(new Outcome(MonitorState.Down, Open with { SuccessCount = 1, FirstSuccessAt = At }, NextCheck.Slot, IncidentChange.None), one);
        // A degraded check is none of a failure.
        var two = Decision.Decide(one.Incident, Degraded, At + 1000, Three, mayRetry: true);
        Assert.Equal((MonitorState.Down, 2, IncidentChange.None), (two.State, two.Incident.SuccessCount, two.Change));
        Assert.Equal(new Outcome(MonitorState.Up, Healthy, NextCheck.Slot, IncidentChange.Close, At), Decision.Decide(two.Incident, Up, At + 2000, Three, mayRetry: true));
    }

    [Fact]
    public void Failure_BetweenSuccesses_StartsThemAnew()
    {
        var failed = Decision.Decide(Open with { SuccessCount = 2, FirstSuccessAt = At - 1000 }, Retryable, At, Three, mayRetry: true);
        Assert.Equal((0, 0, MonitorState.Down), (failed.Incident.SuccessCount, failed.Incident.FirstSuccessAt, failed.State));
    }

    [Fact]
    public void NotJudged_ChangesNothing_WhateverIsOpen()
    {
        var unknown = Verdict.Down(FailureReason.CheckError, FailureKind.NotJudged);
        foreach (var state in (IncidentState[])[Healthy, Counted, Open with { SuccessCount = 1, FirstSuccessAt = 5 }, OpenDegraded])
            Assert.Equal(new Outcome(state.State, state, NextCheck.Slot, IncidentChange.None), Decide(state, unknown));
    }

    [Fact]
    public void RestoredDegraded_IsDegraded_ClosesWithASuccess_AndGivesWayToAWorseOne()
    {
        var restored = IncidentState.Restored(DateTimeOffset.FromUnixTimeMilliseconds(At - 60_000), Severity.Degraded);
        Assert.Equal((MonitorState.Degraded, 0), (restored.State, restored.FailureCount));
        Assert.Equal(IncidentChange.None, Decide(restored, Degraded).Change);
        Assert.Equal(IncidentChange.Close, Decide(restored, Up).Change);
        var eager = new DecisionRules { FailureThreshold = 1, RetryThreshold = 0 };
        Assert.Equal((IncidentChange.Open, Severity.Down), Decision.Decide(restored, Retryable, At, eager, true) is var worse ? (worse.Change, worse.Severity) : default);
    }

    [Fact]
    public void RulesOfAMonitor_TakeThePlaceOfTheSettings_WhereItHasAny()
    {
        var rules = Rules.With(new MonitorRules(0, 3600, null, 4));
        Assert.Equal((0, TimeSpan.FromHours(1), Rules.FailureThreshold, 4), (rules.RetryThreshold, rules.RetryDelay, rules.FailureThreshold, rules.SuccessThreshold));
        Assert.Same(Rules, Rules.With(default));
    }
}
