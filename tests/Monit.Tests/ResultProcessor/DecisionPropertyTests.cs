using CsCheck;
using Monit.Core.Checks;
using Monit.Core.Incidents;

namespace Monit.Tests.ResultProcessor;

/// <summary>Invariants for every sequence of results with all settings.</summary>
public sealed class DecisionPropertyTests
{
    private static readonly Gen<Verdict> Result = Gen.OneOf(
        Gen.Const(Verdict.Up(200, TimeSpan.FromMilliseconds(5))),
        Gen.Const(Verdict.Down(FailureReason.Timeout, FailureKind.Retryable)),
        Gen.Const(Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, 500)),
        Gen.Const(Verdict.Down(FailureReason.DnsFailure, FailureKind.Terminal)));

    private static readonly Gen<DecisionRules> Rules =
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 5], (retries, failures) => new DecisionRules { RetryThreshold = retries, FailureThreshold = failures });

    private static readonly Gen<(DecisionRules Rules, (Verdict Result, bool MayRetry)[] Steps)> Runs =
        Gen.Select(Rules, Gen.Select(Result, Gen.Bool).Array[1, 60]);

    private static void ForEachStep(Action<IncidentState, Verdict, Outcome, DecisionRules> check, Action? begin = null) => Runs.Sample(run =>
    {
        begin?.Invoke();
        var state = default(IncidentState);
        foreach (var (i, (result, mayRetry)) in run.Steps.Index())
        {
            var outcome = Decision.Decide(state, result, 1000 + i, run.Rules, mayRetry);
            check(state, result, outcome, run.Rules);
            // The state must survive encoding and decoding.
            Assert.True(IncidentState.TryDecode(System.Text.Encoding.UTF8.GetBytes(outcome.Incident.Encode()), out state));
            Assert.Equal(outcome.Incident, state);
        }
    }, threads: 1);

    [Fact]
    public void NoSequence_OpensTwoIncidentsWithoutARecoveryBetween()
    {
        var open = false;
        ForEachStep((_, result, outcome, _) =>
        {
            if (outcome.Change == IncidentChange.Open)
                Assert.False(open, "opened twice");
            if (outcome.Change == IncidentChange.Close)
                Assert.True(open && result.Success, "closed what was not open, or without a success");
            open = outcome.Change switch { IncidentChange.Open => true, IncidentChange.Close => false, _ => open };
            Assert.Equal(open, outcome.Incident.DbIncident);
        }, () => open = false);
    }

    [Fact]
    public void NoSequence_ReportsAnotherStateThanItsCounters() =>
        ForEachStep((_, _, outcome, _) => Assert.Equal(outcome.Incident.State, outcome.State));

    [Fact]
    public void NoSequence_LeavesAMonitorWithoutANextCheck() => ForEachStep((_, result, outcome, _) =>
    {
        Assert.Contains(outcome.Next, new[] { NextCheck.Slot, NextCheck.Retry, NextCheck.Parked });
        if (outcome.Next == NextCheck.Parked)
            Assert.True(result.Kind == FailureKind.Terminal && outcome.Incident.DbIncident, "parked without an incident");
    });

    [Fact]
    public void NoSequence_RetriesBeyondTheThresholdOrOnceCounted() => ForEachStep((before, _, outcome, rules) =>
    {
        if (outcome.Next == NextCheck.Retry)
            Assert.True(before.FailureCount == 0 && outcome.Incident.RetryCount <= rules.RetryThreshold);
    });

    [Fact]
    public void FlappingBelowTheThreshold_NeverAlerts() =>
        Gen.Int[1, 4].Array[1, 40].Sample(runs =>
        {
            var rules = new DecisionRules { RetryThreshold = 0, FailureThreshold = 5 };
            var state = default(IncidentState);
            foreach (var failures in runs)
            {
                for (var i = 0; i < failures; i++)
                {
                    var outcome = Decision.Decide(state, Verdict.Down(FailureReason.NetworkError, FailureKind.Retryable), 1, rules, true);
                    Assert.Equal(IncidentChange.None, outcome.Change);
                    state = outcome.Incident;
                }
                state = Decision.Decide(state, Verdict.Up(200, TimeSpan.Zero), 2, rules, true).Incident;
            }
        });
}
