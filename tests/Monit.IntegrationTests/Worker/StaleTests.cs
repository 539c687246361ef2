using Microsoft.EntityFrameworkCore;
using Monit.Core.Checks;
using Monit.Core.Monitors;
using Monit.Testing;

namespace Monit.IntegrationTests.Worker;

/// <summary>A result whose lease, version or monitor has changed writes neither SQL nor Redis.</summary>
[Trait("Speed", "Slow")]
public sealed class StaleTests(LocalStores stores) : IAsyncLifetime
{
    private readonly ScriptedTarget _target = new();
    private readonly SemaphoreSlim _gate = new(0);
    private WorkerHarness _worker = null!;

    public async ValueTask InitializeAsync() =>
        _worker = await WorkerHarness.StartAsync(stores, settings: new() { ["ResultProcessor:FailureThreshold"] = "1", ["Executor:WorkerCount"] = "1" });

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _target.DisposeAsync();
        _gate.Dispose();
    }

    // The first request waits for the gate, and then gets the given status.
    private void GateFirst(int status) => _target.Answer = async (stream, request, ct) =>
    {
        if (_target.Requests.Count > 1)
            return await ScriptedTarget.Status(200)(stream, request, ct);
        await _gate.WaitAsync(ct);
        return await ScriptedTarget.Status(status)(stream, request, ct);
    };

    private async Task<UptimeMonitor> BeingCheckedAsync()
    {
        var monitor = await _worker.AddAsync(_target.Url, intervalSec: 3600, timeoutSec: 30);
        await Eventually.True(() => _target.Requests.Count == 1, "the check has begun");
        return monitor;
    }

    [Fact]
    public async Task CheckNow_WhileBeingChecked_FencesTheOldResultOff()
    {
        GateFirst(500);
        var monitor = await BeingCheckedAsync();
        await _worker.Sync.CheckNowAsync(monitor.Id, TestContext.Current.CancellationToken);
        var view = await _worker.StateAsync(monitor.Id, MonitorState.Up);
        _gate.Release();
        await Eventually.True(() => _worker.Log.Lines.Any(l => l.Message.Contains("fenced", StringComparison.Ordinal)
            || l.Message.Contains("is Down", StringComparison.Ordinal)), "the old result has been processed");
        await _worker.StopAsync();
        Assert.Equal(view.Status, (await _worker.ViewAsync(monitor.Id)).Status);
        Assert.Empty(await _worker.IncidentsAsync(monitor.Id));
    }

    [Fact]
    public async Task ConfigurationChanged_ButNotYetInRedis_OpensNoIncident()
    {
        GateFirst(500);
        var monitor = await BeingCheckedAsync();
        await _worker.ChangeAsync(monitor.Id, m => m.ExpectedStatus = 200, sync: false);
        _gate.Release();
        // The stale result triggers a sync, and the new version is checked at once.
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.Empty(await _worker.IncidentsAsync(monitor.Id));
        Assert.Empty(await _worker.AlertsAsync(monitor.Id));
    }

    [Fact]
    public async Task Disabled_WhileBeingChecked_WritesNothing()
    {
        GateFirst(500);
        var monitor = await BeingCheckedAsync();
        await _worker.ChangeAsync(monitor.Id, m => m.Enabled = false, sync: false);
        _gate.Release();
        await Eventually.True(async () => await Places(monitor.Id) == 0, "it is out of Redis");
        Assert.Null((await _worker.ViewAsync(monitor.Id)).Status);
        Assert.Empty(await _worker.IncidentsAsync(monitor.Id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("garbage")]
    public async Task LostOrUnreadableConfig_IsTakenFromSql(string? garbage)
    {
        await _worker.StopAsync();
        var monitor = await _worker.AddAsync(_target.Url);
        var db = (await stores.RedisAsync()).GetDatabase();
        var config = _worker.Schedule.Keys.For(0, "config");
        await (garbage is null ? db.HashDeleteAsync(config, monitor.Id.ToString()) : db.HashSetAsync(config, monitor.Id.ToString(), garbage));

        await using var other = await WorkerHarness.StartAsync(stores, await SameDatabaseAsync(), prefix: Prefix());
        await other.StateAsync(monitor.Id, MonitorState.Up);
        Assert.True(CheckConfig.TryDecode((byte[]?)await db.HashGetAsync(config, monitor.Id.ToString()), out _));
    }

    [Fact]
    public async Task LostConfig_WhileSqlIsSilent_DelaysNoOtherMonitor()
    {
        await _worker.AddAsync(_target.Url);
        await Eventually.True(() => _target.Requests.Count > 0, "the other monitor is checked");
        var unknown = Guid.CreateVersion7();
        await _worker.Sql(async db =>
        {
            await using var silent = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlRawAsync("LOCK TABLE monitors IN ACCESS EXCLUSIVE MODE");
            await (await stores.RedisAsync()).GetDatabase().SortedSetAddAsync(_worker.Schedule.Keys.For(0, "schedule"), unknown.ToString(), 1);
            await Eventually.True(() => _worker.Log.Lines.Any(l => l.Message.Contains("no readable entry", StringComparison.Ordinal)), "SQL is asked");
            var before = _target.Requests.Count;
            await Eventually.True(() => _target.Requests.Count >= before + 2, "the other monitor is still checked");
            return true;
        });
        await Eventually.True(async () => await Places(unknown) == 0, "it is in neither set");
    }

    [Fact]
    public async Task UnknownMonitorInTheSchedule_IsRemoved_NotReclaimedForEver()
    {
        var id = Guid.CreateVersion7();
        var db = (await stores.RedisAsync()).GetDatabase();
        await db.SortedSetAddAsync(_worker.Schedule.Keys.For(0, "schedule"), id.ToString(), 1);
        await Eventually.True(async () => await Places(id) == 0, "it is in neither set");
    }

    [Fact]
    public async Task DeadWorkersJobs_AreReclaimedAndChecked()
    {
        await _worker.StopAsync();
        var monitor = await _worker.AddAsync(_target.Url);
        Assert.Single((await _worker.Schedule.ClaimAsync(0, 10, TimeSpan.FromMilliseconds(100))).Jobs);

        await using var other = await WorkerHarness.StartAsync(stores, await SameDatabaseAsync(), prefix: Prefix());
        await Eventually.True(() => _target.Requests.Count > 0, "another worker checks it");
    }

    private async Task<string> SameDatabaseAsync() => await _worker.Sql(db =>
        Task.FromResult(db.Database.GetConnectionString()!));

    private string Prefix() => ((string)_worker.Schedule.Keys.For(0, "x")!).Split(':')[0];

    private async Task<int> Places(Guid id)
    {
        var db = (await stores.RedisAsync()).GetDatabase();
        return (await db.SortedSetScoreAsync(_worker.Schedule.Keys.For(0, "schedule"), id.ToString()) is null ? 0 : 1)
            + (await db.SortedSetScoreAsync(_worker.Schedule.Keys.For(0, "inflight"), id.ToString()) is null ? 0 : 1);
    }
}
