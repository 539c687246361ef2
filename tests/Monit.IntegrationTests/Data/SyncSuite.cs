using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Data;

/// <summary>MonitorSync updates Redis from SQL, on four shards.</summary>
public abstract class SyncSuite(Func<Task<SqlStore>> create, Func<Task<IConnectionMultiplexer>> connect) : SqlSuite(create)
{
    private readonly IOptions<SchedulingOptions> _layout = Options.Create(new SchedulingOptions { KeyPrefix = LocalStores.NewPrefix(), Shards = 4 });
    private RedisKeys _keys = null!;
    private IDatabase _redis = null!;
    private RedisSchedule _schedule = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var redis = await connect();
        _redis = redis.GetDatabase();
        _keys = new RedisKeys(_layout);
        _schedule = new RedisSchedule(redis, _keys, _layout, Resilience, TimeProvider.System);
    }

    private MonitorSync Sync(Func<int, Task>? beforeContext = null) =>
        new(beforeContext is null ? Factory : new Interrupted(Factory, beforeContext), _schedule, Resilience);

    private async Task<CheckConfig?> ConfigAsync(Guid id) =>
        CheckConfig.TryDecode((byte[]?)await _redis.HashGetAsync(_keys.For(_keys.ShardOf(id), "config"), id.ToString()), out var config) ? config : null;

    private async Task<bool> IsScheduledAsync(Guid id) =>
        await _redis.SortedSetScoreAsync(_keys.For(_keys.ShardOf(id), "schedule"), id.ToString()) is not null;

    private Task<UptimeMonitor> MonitorAsync(Guid id) => ReadAsync(db => db.Monitors.AsNoTracking().SingleAsync(m => m.Id == id, Ct));

    private async Task ChangeAsync(Guid id, string? url = null, bool enabled = true)
    {
        await using var db = Factory.CreateDbContext();
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        var monitor = await db.LockMonitors([id]).SingleAsync(Ct);
        monitor.Url = url ?? monitor.Url;
        monitor.Enabled = enabled;
        monitor.Version++;
        await db.SaveChangesAsync(Ct);
        await transaction.CommitAsync(Ct);
    }

    [Fact]
    public async Task Sync_NewMonitors_AreScheduled_AndMarked()
    {
        var monitors = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => AddMonitorAsync()));
        await Sync().SyncAsync([.. monitors.Select(m => m.Id)], TimeSpan.Zero, ct: Ct);

        foreach (var monitor in monitors)
        {
            Assert.Equal(monitor.ToCheckConfig(), await ConfigAsync(monitor.Id));
            Assert.True(await IsScheduledAsync(monitor.Id));
            Assert.Equal(1, (await MonitorAsync(monitor.Id)).SyncedVersion);
        }
    }

    [Fact]
    public async Task Sync_Update_Disable_Enable_Delete_AreReflected()
    {
        var id = (await AddMonitorAsync()).Id;
        await Sync().SyncAsync([id], null, ct: Ct);

        await ChangeAsync(id, "https://example.org/new");
        await Sync().SyncAsync([id], null, ct: Ct);
        Assert.Equal((2, "https://example.org/new"), await ConfigAsync(id) is { } config ? (config.Version, config.Url) : default);

        await ChangeAsync(id, enabled: false);
        await Sync().SyncAsync([id], null, ct: Ct);
        Assert.Null(await ConfigAsync(id));
        Assert.False(await IsScheduledAsync(id));
        Assert.Equal(3, (await MonitorAsync(id)).SyncedVersion);

        await ChangeAsync(id);
        await Sync().SyncAsync([id], null, ct: Ct);
        Assert.Equal(4, (await ConfigAsync(id))?.Version);
        Assert.True(await IsScheduledAsync(id));

        await ReadAsync(db => db.Monitors.Where(m => m.Id == id).ExecuteDeleteAsync(Ct));
        await Sync().SyncAsync([id], null, ct: Ct);
        Assert.Null(await ConfigAsync(id));
        Assert.False(await IsScheduledAsync(id));
    }

    [Fact]
    public async Task Sync_OpenIncident_IsWrittenToo()
    {
        var monitor = await AddMonitorAsync();
        await RecordAsync(Down(monitor));
        await Sync().SyncAsync([monitor.Id], null, ct: Ct);

        var view = Assert.Single(await _schedule.ViewAsync([monitor.Id], Ct));
        Assert.Equal(IncidentState.Restored(At), view.Incident);
    }

    [Fact]
    public async Task Sync_StoredByANewerProcess_IsLeftToIt()
    {
        var (left, other) = ((await AddMonitorAsync()).Id, (await AddMonitorAsync()).Id);
        await Sync().SyncAsync([left, other], null, ct: Ct);
        var (config, field) = (_keys.For(_keys.ShardOf(left), "config"), (RedisValue)left.ToString());
        const string newer = "1 60000 5000 99 what a later version writes";
        await _redis.HashSetAsync(config, field, newer);

        await ChangeAsync(left);
        await ChangeAsync(other);
        Assert.Equal(1, await Sync().SyncAsync([left, other], null, ct: Ct));
        Assert.Equal(newer, await _redis.HashGetAsync(config, field));
        Assert.Equal((1, 2), ((await MonitorAsync(left)).SyncedVersion, (await MonitorAsync(other)).SyncedVersion));

        await ChangeAsync(left, enabled: false);
        Assert.Equal(0, await Sync().SyncAsync([left], null, ct: Ct));
        Assert.False(await IsScheduledAsync(left));
        Assert.Equal(3, (await MonitorAsync(left)).SyncedVersion);
    }

    [Fact]
    public async Task CheckNow_WhileInflight_MakesItDue()
    {
        var id = (await AddMonitorAsync()).Id;
        var shard = _keys.ShardOf(id);
        await Sync().SyncAsync([id], TimeSpan.Zero, ct: Ct);
        var claim = await _schedule.ClaimAsync(shard, 10, TimeSpan.FromMinutes(1));

        await Sync().CheckNowAsync(id, Ct);

        Assert.Equal([0], await _schedule.ReleaseAsync(shard, [(new Lease(id, claim.Token), TimeSpan.Zero)], Ct));
        Assert.Equal(id, Assert.Single((await _schedule.ClaimAsync(shard, 10, TimeSpan.FromMinutes(1))).Jobs).Id);
    }

    [Fact]
    public async Task Sync_ChangedAfterTheWrite_Repeats_AndMarksOnlyWhatIsWritten()
    {
        var id = (await AddMonitorAsync()).Id;
        var marked = new List<long>();
        await Sync(async call =>
        {
            // 1 reads, 2 marks and reads the versions, 3 reads again, 4 marks.
            if (call == 2)
                await ChangeAsync(id, "https://example.org/2");
            marked.Add((await MonitorAsync(id)).SyncedVersion);
        }).SyncAsync([id], null, ct: Ct);

        Assert.Equal([0, 0, 0, 0], marked);
        Assert.Equal(2, (await ConfigAsync(id))?.Version);
        Assert.Equal(2, (await MonitorAsync(id)).SyncedVersion);
    }

    [Fact]
    public async Task Sync_DeletedOrDisabledAfterTheWrite_IsRemovedAgain()
    {
        var (deleted, disabled) = ((await AddMonitorAsync()).Id, (await AddMonitorAsync()).Id);
        await Sync(async call =>
        {
            if (call == 2)
            {
                await ReadAsync(db => db.Monitors.Where(m => m.Id == deleted).ExecuteDeleteAsync(Ct));
                await ChangeAsync(disabled, enabled: false);
            }
        }).SyncAsync([deleted, disabled], null, ct: Ct);

        Assert.False(await IsScheduledAsync(deleted));
        Assert.False(await IsScheduledAsync(disabled));
    }

    [Fact]
    public async Task Sync_TwentyUpdatesRacing_EndsAtSqlsLast()
    {
        var ids = (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AddMonitorAsync()))).Select(m => m.Id).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            await ChangeAsync(ids[i % 4], $"https://example.org/{i}", enabled: i is < 16 or 19);
            await Sync().SyncAsync(i % 3 == 0 ? ids : [ids[i % 4]], null, ct: Ct);
        }, Ct)));

        foreach (var id in ids)
        {
            var monitor = await MonitorAsync(id);
            Assert.Equal(6, monitor.Version);
            Assert.Equal(monitor.Enabled ? monitor.ToCheckConfig() : null, await ConfigAsync(id));
            Assert.Equal(monitor.Enabled, await IsScheduledAsync(id));
            Assert.Equal(6, monitor.SyncedVersion);
        }
    }

    /// <summary>Runs a callback before each context is created; contexts are numbered from 1.</summary>
    private sealed class Interrupted(IDbContextFactory<MonitDb> inner, Func<int, Task> before) : IDbContextFactory<MonitDb>
    {
        private int _calls;

        public MonitDb CreateDbContext() => throw new NotSupportedException();

        public async Task<MonitDb> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            await before(++_calls);
            return await inner.CreateDbContextAsync(cancellationToken);
        }
    }
}
