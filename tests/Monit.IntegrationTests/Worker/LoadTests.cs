using Monit.Core.Alerts;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Testing;
using Monit.Worker;

namespace Monit.IntegrationTests.Worker;

/// <summary>Backlogs, slow targets, unavailable stores, and the drain.</summary>
[Trait("Speed", "Slow")]
public sealed class LoadTests(LocalStores stores) : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private static async Task<(long Scheduled, long Inflight)> CountAsync(LocalStores stores, RedisSchedule schedule)
    {
        var db = (await stores.RedisAsync()).GetDatabase();
        return (await db.SortedSetLengthAsync(schedule.Keys.For(0, "schedule")), await db.SortedSetLengthAsync(schedule.Keys.For(0, "inflight")));
    }

    [Fact]
    public async Task Backlog_IsWorkedOffInOneTick()
    {
        await using var worker = await WorkerHarness.CreateAsync(stores, settings: new()
        {
            ["Scheduler:Interval"] = "00:01:00",
            ["Scheduler:BatchSize"] = "10",
            ["Pipeline:JobChannelSize"] = "20",
            ["Executor:WorkerCount"] = "2",
        });
        for (var i = 0; i < 200; i++)
            await worker.AddAsync(_target.Url, intervalSec: 3600);
        await worker.StartAsync();
        await Eventually.True(() => _target.Requests.Count == 200, "all are checked within the first tick");
    }

    [Fact]
    public async Task ExpiredLeases_AreReclaimedInOneTick()
    {
        await using var worker = await WorkerHarness.CreateAsync(stores, settings: new()
        {
            ["Reclaimer:Interval"] = "00:10:00",
            ["Reclaimer:Limit"] = "10",
        });
        for (var i = 0; i < 55; i++)
            await worker.AddAsync(_target.Url, intervalSec: 3600);
        var claimed = await worker.Schedule.ClaimAsync(0, 100, TimeSpan.FromMilliseconds(1));
        Assert.Equal(55, claimed.Jobs.Count);
        await Eventually.True(async () => (await worker.Schedule.ClaimAsync(0, 1, TimeSpan.FromSeconds(1))).Now > claimed.Token, "the leases have expired");
        await worker.StartAsync();
        await Eventually.True(() => _target.Requests.Count == 55, "all are checked after one tick");
    }

    [Fact]
    public async Task RowThatSqlRefuses_IsIsolated_AndTriedAgainAtItsNextCheck()
    {
        await using var worker = await WorkerHarness.StartAsync(stores);
        await using var refused = new ScriptedTarget { Answer = ScriptedTarget.Status(503) };
        _target.Answer = ScriptedTarget.Status(500);
        await worker.Sql(db => Execute(db, "ALTER TABLE monitor_incidents ADD CONSTRAINT no_503 CHECK (http_status <> 503)"));
        var bad = await worker.AddAsync(refused.Url);
        var good = await worker.AddAsync(_target.Url);

        await worker.StateAsync(good.Id, MonitorState.Down);
        await Eventually.True(() => worker.Log.Lines.Any(l => l.Level == Microsoft.Extensions.Logging.LogLevel.Error
            && l.Message.Contains($"refuses the incident change Open of monitor {bad.Id}", StringComparison.Ordinal)), "the refusal is an error in the log");
        Assert.Empty(await worker.IncidentsAsync(bad.Id));

        await worker.Sql(db => Execute(db, "ALTER TABLE monitor_incidents DROP CONSTRAINT no_503"));
        await Eventually.Get(() => worker.IncidentsAsync(bad.Id), incidents => incidents.Count == 1, "its incident is open");
        Assert.Single(await worker.IncidentsAsync(good.Id));
    }

    private static Task<int> Execute(Storage.Sql.MonitDb db, string sql) =>
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(db.Database, sql);

    [Fact]
    public async Task DeadTargets_HoldAtMostHalfOfThePermits()
    {
        await using var dead = new ScriptedTarget { Answer = ScriptedTarget.Status(500) };
        await using var worker = await WorkerHarness.StartAsync(stores, settings: new() { ["Executor:HttpSemaphoreCount"] = "4" });
        var known = new List<UptimeMonitor>();
        for (var i = 0; i < 10; i++)
            known.Add(await worker.AddAsync(dead.Url, intervalSec: 1, timeoutSec: 60));
        foreach (var monitor in known)
            await Eventually.Get(() => worker.ViewAsync(monitor.Id), view => !view.Incident.IsHealthy, "it is known to fail");
        // From now on each of them holds its permit for a minute.
        var before = dead.Requests.Count;
        dead.Answer = ScriptedTarget.Stall();
        await Eventually.True(() => dead.Requests.Count >= before + 2, "the dead ones hold permits");
        var healthy = await worker.AddAsync(_target.Url);
        await Eventually.True(() => _target.Requests.Count >= 4, "the healthy one keeps its cadence");
        Assert.Equal(MonitorState.Up, (await worker.ViewAsync(healthy.Id)).Status?.State);
    }

    [Fact]
    public async Task NewSilentTargets_MakeRoomForNewOnesThatAnswer()
    {
        await using var silent = new ScriptedTarget { Answer = ScriptedTarget.Stall() };
        // One permit for new monitors, two for suspects.
        await using var worker = await WorkerHarness.StartAsync(stores, settings: new() { ["Executor:HttpSemaphoreCount"] = "4" });
        for (var i = 0; i < 6; i++)
            await worker.AddAsync(silent.Url, intervalSec: 3600, timeoutSec: 60);
        await Eventually.True(() => silent.Requests.Count > 0, "a silent one is being checked");
        var healthy = await worker.AddAsync(_target.Url, intervalSec: 3600);
        await worker.StateAsync(healthy.Id, MonitorState.Up);
    }

    [Fact]
    public async Task Stop_LetsRunningChecksEnd_AndReleasesTheRestAtOnce()
    {
        var ct = TestContext.Current.CancellationToken;
        var gate = new TaskCompletionSource();
        await using var worker = await WorkerHarness.StartAsync(stores, settings: new()
        {
            ["Executor:HttpSemaphoreCount"] = "2",
            ["Executor:WorkerCount"] = "1",
        });
        var ids = new List<Guid>();
        for (var i = 0; i < 30; i++)
            ids.Add((await worker.AddAsync(_target.Url, intervalSec: 3600, timeoutSec: 30)).Id);
        // Once they have answered quickly, monitors wait for a permit.
        await Eventually.True(async () => (await worker.Schedule.ViewAsync(ids, ct)).All(view => view.Status?.State == MonitorState.Up), "all have answered");
        _target.Answer = async (stream, request, ct) =>
        {
            await gate.Task.WaitAsync(ct);
            return await ScriptedTarget.Status(200)(stream, request, ct);
        };
        await worker.Sync.SyncAsync(ids, TimeSpan.Zero, force: true, ct);
        await Eventually.True(() => _target.Requests.Count == 32, "two checks run");
        await Eventually.True(async () => (await CountAsync(stores, worker.Schedule)).Inflight == 30, "the others wait");

        var stopping = worker.StopAsync();
        await Eventually.True(async () => (await CountAsync(stores, worker.Schedule)).Inflight <= 2, "waiting jobs are released before the running checks end");
        gate.SetResult();
        await stopping;
        Assert.Equal((30, 0), await CountAsync(stores, worker.Schedule));
        Assert.Equal(32, _target.Requests.Count);
    }

    [Fact]
    public async Task Stop_AbortsAndReleasesChecksThatRunTooLong()
    {
        _target.Answer = ScriptedTarget.Stall();
        await using var worker = await WorkerHarness.StartAsync(stores, settings: new() { ["Shutdown:Timeout"] = "00:00:06" });
        var monitor = await worker.AddAsync(_target.Url, intervalSec: 3600, timeoutSec: 60);
        await Eventually.True(() => _target.Requests.Count == 1, "the check runs");
        await worker.StopAsync();
        Assert.Equal((1, 0), await CountAsync(stores, worker.Schedule));
        Assert.True((await worker.ViewAsync(monitor.Id)).Incident.IsHealthy);
    }

    [Fact]
    public async Task PostgresAway_HealthyMonitorsAreChecked_AndTheIncidentIsOpenedLater()
    {
        using var postgres = await PostgresServer.StartAsync();
        await using var worker = await WorkerHarness.StartAsync(stores, await postgres.CreateDatabaseAsync(), settings: new()
        {
            ["Executor:WorkerCount"] = "1",
        });
        await using var failing = new ScriptedTarget();
        var down = await worker.AddAsync(failing.Url);
        var lost = await worker.AddAsync(failing.Url);
        await worker.AddAsync(_target.Url);
        await worker.StateAsync(down.Id, MonitorState.Up);

        postgres.Kill();
        failing.Answer = ScriptedTarget.Status(500);
        // One job needs SQL to read its configuration; it must not end the only executor worker.
        await (await stores.RedisAsync()).GetDatabase().HashDeleteAsync(worker.Schedule.Keys.For(0, "config"), lost.Id.ToString());
        await Eventually.True(() => worker.Log.Lines.Any(l => l.Message.Contains("retrying until their leases expire", StringComparison.Ordinal)), "the incident waits for SQL");
        var before = _target.Requests.Count;
        await Eventually.True(() => _target.Requests.Count > before + 2, "the healthy one is checked meanwhile");

        await postgres.RestartAsync();
        await worker.StateAsync(down.Id, MonitorState.Down);
        await Eventually.Get(() => worker.IncidentsAsync(down.Id), incidents => incidents.Count == 1, "one incident");
        await worker.StateAsync(lost.Id, MonitorState.Down);
    }

    [Fact]
    public async Task AlertsAway_IsLogged_AndLeavesTheAlertToTheSweep()
    {
        _target.Answer = ScriptedTarget.Status(500);
        await using var worker = await WorkerHarness.StartAsync(stores, services: services =>
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<Monit.Alerts.Contract.IAlertsApi>(services, new AwayAlerts()));
        var monitor = await worker.AddAsync(_target.Url);
        await worker.StateAsync(monitor.Id, MonitorState.Down);
        await Eventually.True(() => worker.Log.Lines.Any(l => l.Message.Contains("its sweep will send it", StringComparison.Ordinal)), "it says so");
        Assert.Equal(Core.Alerts.AlertStatus.Pending, Assert.Single(await worker.AlertsAsync(monitor.Id)).Status);
    }

    [Theory]
    [InlineData("Scheduler:BatchSize", "0", "Scheduler:BatchSize must be between 1 and 2000")]
    [InlineData("Scheduler:Interval", "01:00:00", "Scheduler:Interval must be between 00:00:00.010")]
    [InlineData("Scheduling:Shards", "0", "Scheduling:Shards must be between 1 and 1024")]
    [InlineData("Executor:HttpSemaphoreCount", "1", "Executor:HttpSemaphoreCount must be between 2 and 100000")]
    [InlineData("Executor:HttpEngine", "7", "Executor:HttpEngine")]
    [InlineData("Executor:HttpEngine", "Swift", "Executor:HttpEngine")]
    [InlineData("ResultProcessor:FailureThreshold", "0", "ResultProcessor:FailureThreshold must be between 1 and 100")]
    public async Task BadSetting_StopsTheStart_WithItsNameAndRange(string name, string value, string message)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var worker = await WorkerHarness.StartAsync(stores, settings: new() { [name] = value });
        });
        Assert.Contains(message, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignShardCount_StopsTheStart()
    {
        var database = await stores.NewDatabaseAsync();
        await using (await WorkerHarness.StartAsync(stores, database))
        {
        }
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var other = await WorkerHarness.StartAsync(stores, database, settings: new() { ["Scheduling:Shards"] = "4" });
        });
        Assert.Contains("Scheduling:Shards is 4", failure.Message, StringComparison.Ordinal);
    }

    private sealed class AwayAlerts : Monit.Alerts.Contract.IAlertsApi
    {
        public Task<Monit.Alerts.Contract.AlertAccepted> SendAsync(Monit.Alerts.Contract.SendAlert alert, CancellationToken ct = default) =>
            throw new HttpRequestException("refused");
    }
}
