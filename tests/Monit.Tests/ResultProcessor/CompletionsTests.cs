using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Worker.Completer;
using Monit.Worker.Jobs;

namespace Monit.Tests.ResultProcessor;

public sealed class CompletionsTests
{
    private const long Now = 1_700_000_000_000;
    private static readonly Verdict Up = Verdict.Up(200, TimeSpan.FromMilliseconds(20));
    private static readonly Verdict Down = Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, 500);
    private static readonly IncidentState Open = new(3, 0, Now - 60_000, true, false);
    private static readonly Guid Id = Guid.Parse("01922a5e-7d3c-7b1a-9c52-3f1e8c4d2a10");

    private static CheckedJob Checked(Verdict verdict, IncidentState incident = default, string? text = null) => new(new ObservedJob(
        new CheckJob(0, new ClaimedJob(Id, Now, System.Text.Encoding.UTF8.GetBytes(text ?? incident.Encode())), default, 1, new LeaseClock(TimeProvider.System, Now, TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(1)))
        {
            Config = new CheckConfig(1, TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), 200, null, "http://127.0.0.1/"),
            Incident = incident,
        }, default, Now), new Judgement(verdict));

    private static Completions Completions(TimeSpan? parked = null) =>
        new(Options.Create(new DecisionRules { ParkedRecheck = parked ?? TimeSpan.FromMinutes(15) }));

    [Fact]
    public void HealthyMonitor_NeedsNoDelete() =>
        Assert.Null(Completions().Of(Checked(Up), new Outcome(MonitorState.Up, default, NextCheck.Slot, IncidentChange.None)).Incident);

    [Fact]
    public void RecoveredMonitor_IsCleared() =>
        Assert.Equal(default(IncidentState), Completions().Of(Checked(Up, Open), new Outcome(MonitorState.Up, default, NextCheck.Slot, IncidentChange.Close)).Incident);

    [Fact]
    public void FailedClose_KeepsTheIncidentInRedis_SoThatTheNextSuccessClosesIt()
    {
        var pending = new PendingTransition(Checked(Up, Open), new Outcome(MonitorState.Up, default, NextCheck.Slot, IncidentChange.Close, Now));
        var kept = Completions().WithoutTransition(pending).Incident;
        Assert.Equal(Open with { SuccessCount = 1, FirstSuccessAt = Now }, kept);
        Assert.Equal(new Outcome(MonitorState.Up, default, NextCheck.Slot, IncidentChange.Close, Now), Decision.Decide(kept!.Value, Up, Now + 60_000, new DecisionRules(), true));
    }

    [Fact]
    public void FailedOpen_KeepsTheCount_SoThatTheNextFailureOpensIt()
    {
        var pending = new PendingTransition(Checked(Down), new Outcome(MonitorState.Down, Open, NextCheck.Slot, IncidentChange.Open));
        Assert.Equal(Open with { DbIncident = false }, Completions().WithoutTransition(pending).Incident);
    }

    [Fact]
    public void FailedEscalation_LeavesTheDegradedIncidentOpen_SoThatTheNextFailureReplacesIt()
    {
        var degraded = new IncidentState(2, 0, Now - 60_000, true, false) { DegradedCount = 5, FirstDegradedAt = Now - 90_000, Severity = Severity.Degraded };
        var worse = Decision.Decide(degraded, Down, Now, new DecisionRules(), true);
        Assert.Equal((IncidentChange.Open, Severity.Down), (worse.Change, worse.Severity));
        var kept = Completions().WithoutTransition(new PendingTransition(Checked(Down, degraded), worse)).Incident!.Value;
        Assert.Equal((true, MonitorState.Failing), (kept.IsDegraded, kept.State));
        Assert.Equal((IncidentChange.Open, Severity.Down, Now - 60_000), Decision.Decide(kept, Down, Now + 60_000, new DecisionRules(), true) is var again ? (again.Change, again.Severity, again.At) : default);
    }

    [Fact]
    public void FailedDegradation_KeepsTheCount_SoThatTheNextDegradedCheckOpensIt()
    {
        var before = new IncidentState { DegradedCount = 2, FirstDegradedAt = Now - 60_000 };
        var degraded = Verdict.Degraded(200, TimeSpan.Zero, "expected b, got a");
        var opening = Decision.Decide(before, degraded, Now, new DecisionRules(), true);
        var kept = Completions().WithoutTransition(new PendingTransition(Checked(degraded, before), opening)).Incident!.Value;
        Assert.Equal((false, 3), (kept.DbIncident, kept.DegradedCount));
        Assert.Equal((IncidentChange.Open, Now - 60_000), Decision.Decide(kept, degraded, Now + 60_000, new DecisionRules(), true) is var again ? (again.Change, again.At) : default);
    }

    [Fact]
    public void OwnRetryDelay_IsUsed_UpToAnHour()
    {
        var done = Checked(Down);
        done.Job.Config = done.Job.Config with { Interval = TimeSpan.FromSeconds(10), Rules = new MonitorRules(1, 3600, null, null) };
        var retry = Completions().Of(done, new Outcome(MonitorState.Failing, new IncidentState(0, 1, Now, false, false), NextCheck.Retry, IncidentChange.None));
        Assert.InRange(retry.Due, Now + 3_600_000, Now + 3_601_000);
        Assert.Equal(TimeSpan.Zero, retry.Period);
    }

    [Fact]
    public void Retry_IsBetweenSlots_AndTheCheckAfterItIsOnASlot()
    {
        var retry = Completions().Of(Checked(Down), new Outcome(MonitorState.Failing, default, NextCheck.Retry, IncidentChange.None));
        Assert.InRange(retry.Due, Now + 5000, Now + 6000);
        var slot = Completions().Of(Checked(Down), new Outcome(MonitorState.Failing, default, NextCheck.Slot, IncidentChange.None));
        Assert.Equal(Cadence.Phase(Id, TimeSpan.FromHours(1)), slot.Due % 3_600_000);
    }

    private static readonly Verdict NotJudged = Verdict.Down(FailureReason.CheckError, FailureKind.NotJudged, null);
    private static readonly IncidentState Failing = new(1, 0, Now, false, false);

    public static TheoryData<string, string, CountedState?, string?> Changes => new()
    {
        // The text before, the check, the new state, the text after (null: as it is).
        { "", "up", null, null },
        { "", "not judged", CountedState.Pending, "" },
        { "", "down", CountedState.Failing, "1 0" },
        { IncidentState.Unjudged, "up", CountedState.Up, "" },
        { IncidentState.Unjudged, "not judged", null, null },
        { IncidentState.Unjudged, "down", CountedState.Failing, "1 0" },
        { Failing.Encode(), "down", null, "2 0" },
        { Failing.Encode(), "not judged", null, "1 0" },
        { Failing.Encode(), "up", CountedState.Up, "" },
        { Open.Encode(), "up", CountedState.Up, "" },
        { Open.Encode(), "down", null, "4 0" },
        { "what nobody can read", "up", CountedState.Up, "" },
    };

    [Theory, MemberData(nameof(Changes))]
    public void State_IsToldOnlyWhereItChanges(string text, string check, CountedState? changed, string? after)
    {
        var verdict = check switch { "up" => Up, "down" => Down, _ => NotJudged };
        IncidentState.TryDecode(System.Text.Encoding.UTF8.GetBytes(text), out var before);
        var done = Checked(verdict, before, text);
        var completion = Completions().Of(done, Decision.Decide(before, verdict, Now, new DecisionRules { RetryThreshold = 0 }, true));
        Assert.Equal(changed, completion.Changed);
        Assert.Equal(after is null, completion.Incident is null);
        Assert.StartsWith(after ?? "", completion.Incident?.Encode() ?? "", StringComparison.Ordinal);
        // What costs nothing: no status either, and the first plain check of a monitor has one.
        Assert.Equal(text.Length == 0 && check == "up", completion.Status is null);
    }

    [Fact]
    public void DegradedIncident_IsTold_ThoughTheStateIsTheSame()
    {
        var before = new IncidentState { DegradedCount = 2, FirstDegradedAt = Now - 60_000 };
        var degraded = Verdict.Degraded(200, TimeSpan.Zero, "expected b, got a");
        var opening = Decision.Decide(before, degraded, Now, new DecisionRules(), true);
        Assert.Equal((MonitorState.Degraded, CountedState.DegradedInIncident), (opening.State, Completions().Of(Checked(degraded, before), opening).Changed));
        var failing = Decision.Decide(opening.Incident, Down, Now, new DecisionRules(), true);
        Assert.Equal((MonitorState.Failing, CountedState.FailingInIncident), (failing.State, Completions().Of(Checked(Down, opening.Incident), failing).Changed));
    }

    [Fact]
    public void Parked_IsNeverCheckedAgain_IfSoSet() => Assert.Equal(Completion.Never, Completions(TimeSpan.Zero)
        .Of(Checked(Down), new Outcome(MonitorState.Parked, Open, NextCheck.Parked, IncidentChange.None)).Due);
}
