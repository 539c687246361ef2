using System.Globalization;
using CsCheck;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;

namespace Monit.Tests.ResultProcessor;

/// <summary>Invariants for every sequence of results with all settings.</summary>
public sealed class DecisionPropertyTests
{
    private static readonly Gen<Verdict> Result = Gen.OneOf(
        Gen.Const(Verdict.Up(200, TimeSpan.FromMilliseconds(5))),
        Gen.Const(Verdict.Down(FailureReason.Timeout, FailureKind.Retryable)),
        Gen.Const(Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, 500)),
        Gen.Const(Verdict.Down(FailureReason.DnsFailure, FailureKind.Terminal)),
        Gen.Const(Verdict.Down(FailureReason.CheckError, FailureKind.NotJudged)),
        Gen.Const(Verdict.Degraded(200, TimeSpan.FromMilliseconds(5), "expected b, got a")));

    private static readonly Gen<DecisionRules> Rules =
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 5], Gen.Int[1, 4], (retries, failures, successes) =>
            new DecisionRules { RetryThreshold = retries, FailureThreshold = failures, SuccessThreshold = successes });

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
    public void NoSequence_OpensTwoIncidentsWithoutARecoveryBetween_ButAWorseOne()
    {
        Severity? open = null;
        ForEachStep((_, result, outcome, _) =>
        {
            if (outcome.Change == IncidentChange.Open)
                Assert.True(open is null || (open == Severity.Degraded && outcome.Severity == Severity.Down), "opened twice");
            if (outcome.Change == IncidentChange.Close)
                Assert.True(open is not null && (result.Success || (result.IsDegraded && open == Severity.Down)), "closed what was not open, or without a success");
            open = outcome.Change switch { IncidentChange.Open => outcome.Severity, IncidentChange.Close => null, _ => open };
            Assert.Equal((open is not null, open ?? Severity.Down), (outcome.Incident.DbIncident, outcome.Incident.Severity));
        }, () => open = null);
    }

    // Another account of the same rules: by looking back at all results instead of counting.
    [Fact]
    public void Incidents_OpenAndEnd_AsTheResultsBeforeSay()
    {
        var past = new List<Verdict>();
        Severity? open = null;
        ForEachStep((_, result, outcome, rules) =>
        {
            past.Add(result);
            var judged = past.Index().Where(one => one.Item.Kind != FailureKind.NotJudged).ToList();
            int Rank(Verdict one) => one.Success ? 0 : one.IsDegraded ? 1 : 2;
            if (outcome.Change == IncidentChange.Close)
            {
                // Each of so many was better than the incident, the last of them is this one, and it ends with the first.
                var good = judged.TakeLast(rules.SuccessThreshold).ToList();
                Assert.All(good, one => Assert.True(Rank(one.Item) < (open == Severity.Down ? 2 : 1)));
                Assert.Equal(1000 + good[0].Index, outcome.At);
            }
            if (outcome.Change == IncidentChange.Open && outcome.Severity == Severity.Down)
            {
                var row = judged.AsEnumerable().Reverse().TakeWhile(one => Rank(one.Item) == 2).ToList();
                Assert.True(row.Count >= rules.FailureThreshold);
                Assert.Equal(1000 + row[^1].Index, outcome.At);
            }
            if (outcome.Change == IncidentChange.Open && outcome.Severity == Severity.Degraded)
            {
                var row = judged.AsEnumerable().Reverse().TakeWhile(one => Rank(one.Item) > 0).Where(one => Rank(one.Item) == 1).ToList();
                Assert.True(row.Count >= rules.FailureThreshold);
                Assert.InRange(outcome.At, 1000 + row[^1].Index, 1000 + row[0].Index);
            }
            open = outcome.Change switch { IncidentChange.Open => outcome.Severity, IncidentChange.Close => null, _ => open };
            // So many degraded checks in a row leave no monitor without an incident: the next one opens it at the latest.
            var degraded = judged.AsEnumerable().Reverse().TakeWhile(one => Rank(one.Item) == 1).Count();
            if (degraded > Math.Max(rules.FailureThreshold, rules.SuccessThreshold))
                Assert.Equal(Severity.Degraded, open);
        }, () =>
        {
            open = null;
            past.Clear();
        });
    }

    // Of the version before, which reads seven fields and ignores the rest: it must see an incident of either severity as one.
    [Fact]
    public void NoState_IsTakenForAnotherByTheVersionBefore() => ForEachStep((_, _, outcome, _) =>
    {
        var fields = outcome.Incident.Encode().Split(' ');
        if (outcome.Incident.IsHealthy)
            return;
        Assert.Equal((outcome.Incident.FailureCount, outcome.Incident.RetryCount, outcome.Incident.FirstFailureAt, outcome.Incident.DbIncident, outcome.Incident.Parked),
            (int.Parse(fields[0], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[2], CultureInfo.InvariantCulture), fields[5] == "1", fields[6] == "1"));
        // And what it writes is read as an incident in which the monitor is down.
        Assert.True(IncidentState.TryDecode(System.Text.Encoding.UTF8.GetBytes(string.Join(' ', fields.Take(7))), out var read));
        Assert.Equal((outcome.Incident.DbIncident, false), (read.IsDown, read.IsDegraded));
    });

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
