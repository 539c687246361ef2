using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Scheduling;
using Monit.Testing;

namespace Monit.IntegrationTests.Worker;

/// <summary>Degraded monitors: their incidents, what becomes of them when the monitor goes down, and thresholds of a monitor's own.</summary>
public abstract class DegradedIsAnIncidentOfItsOwnTests(LocalStores stores, GarnetHost? garnet) : CheckSuite(stores, garnet)
{
    private const string Slow = "slow";

    [Fact]
    public async Task Degraded_OpensAndCloses()
    {
        await using var worker = await StartAsync();
        Probe.Answer = _ => (200, Slow);
        var id = await AddAsync(worker);
        await worker.StateAsync(id, MonitorState.Degraded);
        var incident = await OpenAsync(worker, id);
        Assert.Equal((Severity.Degraded, "ASSERTION_FAILED", 200), (incident.Severity, incident.Reason, incident.HttpStatus));
        Assert.Contains("fine", incident.Detail, StringComparison.Ordinal);
        Assert.Contains(Slow, incident.Detail, StringComparison.Ordinal);
        var view = await worker.ViewAsync(id);
        Assert.Equal((0, MonitorState.Degraded, incident.Detail), (view.Incident.FailureCount, view.Incident.State, view.Status!.Value.Detail));

        Probe.Answer = _ => (200, "fine");
        await worker.StateAsync(id, MonitorState.Up);
        await Eventually.True(async () => (await worker.IncidentsAsync(id)).Single().EndTime is not null, "it is closed");
        Assert.Equal([AlertKind.Degraded, AlertKind.Recovery], (await worker.AlertsAsync(id)).Select(alert => alert.Kind));
    }

    [Fact]
    public async Task Escalation_ReplacesIt_WithoutARecovery_AndDeescalationOpensItAgain()
    {
        await using var worker = await StartAsync();
        Probe.Answer = _ => (200, Slow);
        var id = await AddAsync(worker);
        await OpenAsync(worker, id);

        Probe.Answer = _ => (503, Slow);
        await worker.StateAsync(id, MonitorState.Down);
        var both = await Eventually.Get(() => worker.IncidentsAsync(id), found => found.Count == 2, "the worse one is open");
        Assert.Equal([Severity.Degraded, Severity.Down], both.Select(incident => incident.Severity));
        Assert.Equal((both[1].StartTime, null), (both[0].EndTime, both[1].EndTime));
        Assert.Equal([AlertKind.Degraded, AlertKind.Down], (await worker.AlertsAsync(id)).Select(alert => alert.Kind));

        Probe.Answer = _ => (200, Slow);
        await worker.StateAsync(id, MonitorState.Degraded);
        var all = await Eventually.Get(() => worker.IncidentsAsync(id), found => found.Count == 3, "it is degraded again");
        Assert.Equal(Severity.Degraded, all[2].Severity);
        Assert.NotNull(all[1].EndTime);
        Assert.InRange(all[2].StartTime, all[1].EndTime!.Value, DateTimeOffset.MaxValue);
        Assert.Equal([AlertKind.Degraded, AlertKind.Down, AlertKind.Recovery, AlertKind.Degraded],
            (await worker.AlertsAsync(id)).OrderBy(alert => alert.CreatedAt).ThenBy(alert => alert.Kind == AlertKind.Degraded).Select(alert => alert.Kind));
    }

    [Fact]
    public async Task SuccessThreshold_ClosesAfterSoMany_AndEndsWithTheFirst()
    {
        await using var worker = await StartAsync();
        Probe.Answer = _ => (503, "");
        var id = await AddAsync(worker, monitor => monitor.SuccessThreshold = 3);
        await OpenAsync(worker, id);

        Probe.Answer = _ => (200, "fine");
        var first = await Eventually.Get(() => worker.ViewAsync(id), view => view.Incident.SuccessCount == 1, "one success is counted");
        Assert.Equal(MonitorState.Down, first.Incident.State);
        var counted = first.Incident.FirstSuccessAt;
        var closed = await Eventually.Get(() => worker.IncidentsAsync(id), found => found.Single().EndTime is not null, "it is closed", 30);
        Assert.Equal(counted, closed.Single().EndTime!.Value.ToUnixTimeMilliseconds());
        Assert.True(Probe.Checks.Count >= 4);
    }

    [Fact]
    public async Task RulesOfItsOwn_DecideWhenItIsDown()
    {
        // By the settings neither would be down before its fifth attempt.
        await using var worker = await StartAsync(new() { ["ResultProcessor:FailureThreshold"] = "5", ["ResultProcessor:RetryThreshold"] = "10" });
        Probe.Answer = _ => (503, "");
        var own = await AddAsync(worker, monitor => (monitor.FailureThreshold, monitor.Retries, monitor.Settings) = (1, 0, new()));
        await OpenAsync(worker, own);
        Assert.Single(Probe.Checks);
    }

    [Fact]
    public async Task LostState_IsRestoredWithItsSeverity()
    {
        await using var worker = await StartAsync();
        Probe.Answer = _ => (200, Slow);
        var id = await AddAsync(worker, monitor => monitor.IntervalSec = 3600, checks: 2);
        await OpenAsync(worker, id);
        await worker.Schedule.RestoreAsync(worker.Schedule.Keys.ShardOf(id), [new(id, (await worker.ViewAsync(id)).Incident.Encode(), default)], TestContext.Current.CancellationToken);
        await Eventually.True(async () => (await worker.ViewAsync(id)).Incident is { IsDegraded: true, DegradedCount: 1, FailureCount: 0 }, "it is degraded as SQL says");
    }

    private static async Task<MonitorIncident> OpenAsync(WorkerHarness worker, Guid id) =>
        (await Eventually.Get(() => worker.IncidentsAsync(id), found => found is [.., { EndTime: null }], "an incident is open"))[^1];

    /// <param name="checks">How often it is checked at once; more often than that by its interval.</param>
    private static async Task<Guid> AddAsync(WorkerHarness worker, Action<UptimeMonitor>? change = null, int checks = 1)
    {
        var id = (await worker.AddAsync("https://target.invalid/", change: monitor =>
        {
            (monitor.Settings, monitor.Retries) = (Asserting("body contains fine (degraded)"), 0);
            change?.Invoke(monitor);
        })).Id;
        for (var check = 1; check < checks; check++)
        {
            var before = (await Eventually.Get(() => worker.ViewAsync(id), view => view.Status is not null, "it is checked")).Status!.Value.CheckedAt;
            await worker.Sync.SyncAsync([id], TimeSpan.Zero, force: true, TestContext.Current.CancellationToken);
            await Eventually.True(async () => (await worker.ViewAsync(id)).Status!.Value.CheckedAt > before, "it is checked again");
        }
        return id;
    }
}

public sealed class DegradedOnPostgresAndRedis(LocalStores stores) : DegradedIsAnIncidentOfItsOwnTests(stores, null);
public sealed class DegradedOnSqliteAndGarnet(LocalStores stores, GarnetHost garnet) : DegradedIsAnIncidentOfItsOwnTests(stores, garnet);
