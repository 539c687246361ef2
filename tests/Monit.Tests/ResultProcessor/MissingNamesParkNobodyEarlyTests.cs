using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Worker.Completer;
using Monit.Worker.Jobs;

namespace Monit.Tests.ResultProcessor;

/// <summary>
/// A name that does not exist for some seconds, as while its zone is reloaded, must not open an incident before
/// <see cref="DecisionRules.FailureThreshold"/>, nor keep a monitor from being checked for a quarter of an hour.
/// </summary>
public sealed class MissingNamesParkNobodyEarlyTests
{
    private const long Now = 1_700_000_000_000;
    private static readonly Guid Id = Guid.Parse("01922a5e-7d3c-7b1a-9c52-3f1e8c4d2a10");
    private static readonly DecisionRules Rules = new();
    private static readonly Verdict Missing = Verdict.Down(FailureReason.DnsFailure, FailureKind.Terminal);
    private static readonly Verdict Up = Verdict.Up(200, TimeSpan.FromMilliseconds(20));

    [Fact]
    public void TwelveSeconds_OfANameThatDoesNotExist_OpenNoIncident()
    {
        // The first attempt and both quick retries, then the name is back.
        var state = default(IncidentState);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var outcome = Decision.Decide(state, Missing, Now, Rules, mayRetry: true);
            Assert.Equal((MonitorState.Failing, IncidentChange.None), (outcome.State, outcome.Change));
            Assert.NotEqual(NextCheck.Parked, outcome.Next);
            state = outcome.Incident;
        }
        Assert.Equal(new Outcome(MonitorState.Up, default, NextCheck.Slot, IncidentChange.None), Decision.Decide(state, Up, Now, Rules, true));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public void Incident_OpensAtTheThreshold_AsForOtherFailures(int threshold)
    {
        var rules = new DecisionRules { FailureThreshold = threshold };
        var state = default(IncidentState);
        for (var counted = 1; counted <= threshold; counted++)
        {
            var outcome = Decision.Decide(state, Missing, Now, rules, mayRetry: false);
            Assert.Equal(
                counted < threshold ? (MonitorState.Failing, IncidentChange.None, NextCheck.Slot) : (MonitorState.Parked, IncidentChange.Open, NextCheck.Parked),
                (outcome.State, outcome.Change, outcome.Next));
            state = outcome.Incident;
        }
    }

    [Fact]
    public void MissingName_DuringAnOtherIncident_Parks() =>
        Assert.Equal(new Outcome(MonitorState.Parked, new IncidentState(4, 0, Now, true, true), NextCheck.Parked, IncidentChange.None),
            Decision.Decide(new IncidentState(3, 0, Now, true, false), Missing, Now, Rules, true));

    [Fact]
    public void ParkedMonitor_IsCheckedAfter_1_2_4_8_And15Minutes() =>
        Assert.Equal([1, 2, 4, 8, 15, 15, 15], Pace(TimeSpan.FromSeconds(30)));

    [Fact]
    public void ParkedMonitor_IsNeverCheckedMoreOftenThanItsInterval() =>
        Assert.Equal([5, 5, 5, 8, 15, 15, 15], Pace(TimeSpan.FromMinutes(5)));

    [Fact]
    public void ParkedMonitor_OfAnHour_KeepsToItsSlots() =>
        Assert.Equal(Cadence.Next(Id, Now, TimeSpan.FromHours(1)), Due(TimeSpan.FromHours(1), 3), 1000d);

    [Fact]
    public void LongestPause_IsASetting() => Assert.Equal(TimeSpan.FromMinutes(3), new DecisionRules { ParkedRecheck = TimeSpan.FromMinutes(3) }.ParkedPace(100));

    // In minutes, rounded up: a slot may be nearer than a whole interval.
    private static int[] Pace(TimeSpan interval) => [.. Enumerable.Range(3, 7).Select(failures =>
        Math.Max((int)interval.TotalMinutes, (int)Math.Round((Due(interval, failures) - Now) / 60_000d)))];

    private static long Due(TimeSpan interval, int failures)
    {
        var incident = new IncidentState(failures, 0, Now, true, true);
        var job = new CheckJob(0, new ClaimedJob(Id, Now, default), default, 1,
            new LeaseClock(TimeProvider.System, Now, TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(1)))
        {
            Config = new CheckConfig(1, interval, TimeSpan.FromSeconds(1), 200, null, "http://127.0.0.1/"),
        };
        return new Completions(Options.Create(Rules)).Of(new CheckedJob(new ObservedJob(job, default, Now), new Judgement(Missing)),
            new Outcome(MonitorState.Parked, incident, NextCheck.Parked, IncidentChange.None)).Due;
    }
}
