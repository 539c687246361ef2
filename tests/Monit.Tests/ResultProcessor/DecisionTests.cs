using Monit.Core.Checks;
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
}
