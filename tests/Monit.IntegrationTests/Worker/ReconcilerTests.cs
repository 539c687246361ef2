using Monit.Core.Checks;
using Monit.Core.Monitors;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Worker;

/// <summary>Redis is rebuilt from SQL, the source of truth.</summary>
[Trait("Speed", "Slow")]
public sealed class ReconcilerTests(LocalStores stores) : IAsyncLifetime
{
    private readonly ScriptedTarget _target = new();
    private RedisServer _redis = null!;
    private ConnectionMultiplexer _admin = null!;
    private WorkerHarness _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _admin = await ConnectionMultiplexer.ConnectAsync($"{_redis.ConnectionString},allowAdmin=true");
        _worker = await WorkerHarness.StartAsync(stores, redis: _redis.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _target.DisposeAsync();
        await _admin.DisposeAsync();
        _redis.Dispose();
    }

    private IServer Server => _admin.GetServers()[0];

    private IDatabase Db => _admin.GetDatabase();

    private RedisKey Key(string name) => _worker.Schedule.Keys.For(0, name);

    [Fact]
    public async Task EmptiedRedis_IsRefilled_AndAnOpenIncidentIsClosedByTheNextSuccess()
    {
        _target.Answer = ScriptedTarget.Status(500);
        var monitor = await _worker.AddAsync(_target.Url);
        await _worker.StateAsync(monitor.Id, MonitorState.Down);

        await Server.FlushAllDatabasesAsync();
        var before = _target.Requests.Count;
        await _worker.StateAsync(monitor.Id, MonitorState.Down);
        Assert.True(_target.Requests.Count > before);
        Assert.Null(Assert.Single(await _worker.IncidentsAsync(monitor.Id)).EndTime);

        _target.Answer = ScriptedTarget.Status(200);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.NotNull(Assert.Single(await _worker.IncidentsAsync(monitor.Id)).EndTime);
        Assert.Equal(2, (await _worker.AlertsAsync(monitor.Id)).Count);
    }

    [Fact]
    public async Task EmptiedRedis_IsMarkedBuiltAgain_AndLosesNoMonitor()
    {
        for (var i = 0; i < 20; i++)
            await _worker.AddAsync(_target.Url, intervalSec: 3600);
        await Server.FlushAllDatabasesAsync();
        await Eventually.True(async () => await Db.HashExistsAsync(Key("meta"), "built"), "the shard is built");
        Assert.Equal(20, await Db.SortedSetLengthAsync(Key("schedule")) + await Db.SortedSetLengthAsync(Key("inflight")));
        Assert.Equal(20, await Db.HashLengthAsync(Key("config")));
    }

    [Fact]
    public async Task ChangeThatNeverReachedRedis_IsSentWithinAnInterval()
    {
        var monitor = await _worker.AddAsync(_target.Url, sync: false);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        await _worker.ChangeAsync(monitor.Id, m => m.Enabled = false, sync: false);
        await Eventually.True(async () => !await Db.HashExistsAsync(Key("config"), monitor.Id.ToString()), "it is removed");
    }

    [Fact]
    public async Task IncidentStateLostInRedis_IsRestoredFromSql()
    {
        _target.Answer = ScriptedTarget.Status(500);
        var monitor = await _worker.AddAsync(_target.Url, intervalSec: 3600);
        await _worker.StateAsync(monitor.Id, MonitorState.Failing);
        await _worker.Sync.CheckNowAsync(monitor.Id, TestContext.Current.CancellationToken);
        await _worker.StateAsync(monitor.Id, MonitorState.Down);
        await Db.HashDeleteAsync(Key("incident"), monitor.Id.ToString());
        await Eventually.Get(() => _worker.ViewAsync(monitor.Id), v => v.Incident.DbIncident, "the incident is known again");
        _target.Answer = ScriptedTarget.Status(200);
        await _worker.Sync.CheckNowAsync(monitor.Id, TestContext.Current.CancellationToken);
        await Eventually.True(async () => (await _worker.IncidentsAsync(monitor.Id)).All(i => i.EndTime is not null), "it is closed");
    }

    [Fact]
    public async Task IncidentThatSqlDoesNotHave_IsRemovedFromRedis()
    {
        var monitor = await _worker.AddAsync(_target.Url, intervalSec: 3600);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        await Db.HashSetAsync(Key("incident"), monitor.Id.ToString(), "3 0 1 1 1 1 0");
        await Eventually.Get(() => _worker.ViewAsync(monitor.Id), v => v.Incident.IsHealthy, "the state is healthy");
    }

    [Fact]
    public async Task Sweep_RemovesWhatSqlDoesNotHave_AndPullsBackWhatLiesTooFarAhead()
    {
        var monitor = await _worker.AddAsync(_target.Url, intervalSec: 60);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        var gone = Guid.CreateVersion7();
        await Db.HashSetAsync(Key("config"), gone.ToString(), "1 1000 1000 200 - http://127.0.0.1:1/");
        await Db.SortedSetAddAsync(Key("schedule"), [new(gone.ToString(), 9e12), new(monitor.Id.ToString(), 9e12)]);

        // Requested repeatedly: a sweep that was already in progress may have passed these ids.
        async Task SweepAsync() => await Db.HashDeleteAsync(Key("meta"), "built");
        await Eventually.True(async () =>
        {
            await SweepAsync();
            return await Db.SortedSetScoreAsync(Key("schedule"), gone.ToString()) is null;
        }, "the unknown one is gone");
        await Eventually.Get(async () =>
        {
            await SweepAsync();
            return await _worker.ViewAsync(monitor.Id);
        }, v => v.NextCheckAt < 8e12, "the other is due within its interval");
    }

    [Fact]
    public async Task SweepRequestedDuringAnother_Runs_EvenIfThatOneNeverEnds()
    {
        var (database, prefix) = (await stores.NewDatabaseAsync(), LocalStores.NewPrefix());
        Guid monitor;
        await using (var first = await WorkerHarness.StartAsync(stores, database, _redis.ConnectionString, prefix))
        {
            monitor = (await first.AddAsync(_target.Url, intervalSec: 3600)).Id;
            await first.StateAsync(monitor, MonitorState.Up);
        }
        await using var second = await WorkerHarness.CreateAsync(stores, database, _redis.ConnectionString, prefix);
        // The lease of a worker that died during a sweep.
        await Db.StringSetAsync(second.Schedule.Keys.For(0, "sweep"), "another worker", TimeSpan.FromSeconds(1));
        await Db.SortedSetRemoveAsync(second.Schedule.Keys.For(0, "schedule"), monitor.ToString());

        await second.StartAsync();
        await Eventually.Get(() => second.ViewAsync(monitor), view => view.NextCheckAt is not null, "it is scheduled again");
    }

    [Fact]
    public async Task KilledRedis_IsRestarted_AndChecksContinue()
    {
        var monitor = await _worker.AddAsync(_target.Url);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        _redis.Kill();
        await Eventually.True(() => _worker.Log.Lines.Any(l => l.Message.Contains("Cannot claim", StringComparison.Ordinal)), "the scheduler says so");
        await _redis.RestartAsync();
        var before = _target.Requests.Count;
        await Eventually.True(() => _target.Requests.Count > before + 1, "it is checked again");
        Assert.Empty(await _worker.IncidentsAsync(monitor.Id));
    }

    [Fact]
    public async Task RedisThatWasAway_MayBeAnotherOne_SoConfigurationsAreReadAgain()
    {
        var monitor = await _worker.AddAsync(_target.Url);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        // Bypasses the scripts, like the state of a replica that lacks the last changes.
        var other = monitor.ToCheckConfig() with { Url = _target.Url + "other" };
        await Db.HashSetAsync(Key("config"), monitor.Id.ToString(), other.Encode());
        _redis.Kill();
        await Eventually.True(() => _worker.Log.Lines.Any(l => l.Message.Contains("Cannot claim", StringComparison.Ordinal)), "the scheduler says so");
        await _redis.RestartAsync();
        await Eventually.True(() => _target.Requests.Any(r => r.Contains("other", StringComparison.Ordinal)), "the other URL is checked");
    }

    [Fact]
    public async Task RedisThatHangsWhileStopping_DoesNotAbortTheDrain()
    {
        await Eventually.True(async () => await Db.HashExistsAsync(Key("meta"), "built"), "the shard is built");
        await Server.ExecuteAsync("CLIENT", "PAUSE", "8000");
        // By then every loop waits for a reply.
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken);
        await _worker.StopAsync();
        Assert.Contains(_worker.Log.Lines, l => l.Message.Contains("Drained", StringComparison.Ordinal));
        Assert.DoesNotContain(_worker.Log.Lines, l => l.Message.Contains("did not end", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RedisThatAnswersErrors_LosesNothing()
    {
        var monitor = await _worker.AddAsync(_target.Url);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        await Server.ConfigSetAsync("maxmemory", "1");
        await Eventually.True(() => _worker.Log.Lines.Any(l => l.Message.Contains("OOM", StringComparison.Ordinal)), "the error is logged");
        await Server.ConfigSetAsync("maxmemory", "0");
        var before = _target.Requests.Count;
        await Eventually.True(() => _target.Requests.Count > before + 1, "it is checked again", seconds: 40);
    }

    [Fact]
    public async Task RedisThatEvicts_CausesAWarning()
    {
        await Server.ConfigSetAsync("maxmemory-policy", "allkeys-lru");
        await using var worker = await WorkerHarness.StartAsync(stores, redis: _redis.ConnectionString, prefix: "evicting");
        Assert.Contains(worker.Log.Lines, line => line.Message.Contains("set it to noeviction", StringComparison.Ordinal));
    }
}
