using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Data;
using Monit.Storage.History;
using Monit.Storage.Schedule;
using Monit.Testing;
using Monit.Worker.History;
using Monit.Worker.Telemetry;
using StackExchange.Redis;

namespace Monit.IntegrationTests.History;

/// <summary>What Redis holds in memory only is in SQL when a worker has stopped cleanly, however much it is.</summary>
public abstract class CleanStopMovesAllSuite(Func<Task<SqlStore>> create, Func<Task<IConnectionMultiplexer>> connect) : SqlSuite(create)
{
    // Some pages.
    private const int Count = 1800;

    [Fact]
    public async Task Finish_LeavesNothingInRedis()
    {
        var like = await AddMonitorAsync();
        var ids = Enumerable.Range(0, Count).Select(_ => Guid.CreateVersion7()).ToArray();
        await using (var db = Factory.CreateDbContext())
        await using (var transaction = await db.Database.BeginTransactionAsync(Ct))
        {
            await db.InsertAsync([.. ids.Select(id => new UptimeMonitor { Id = id, UserId = like.UserId, Url = like.Url, IntervalSec = 60, TimeoutSec = 5, CreatedAt = At })], Ct);
            await transaction.CommitAsync(Ct);
        }
        var layout = Options.Create(new SchedulingOptions { KeyPrefix = LocalStores.NewPrefix() });
        var (redis, keys) = (await connect(), new RedisKeys(layout));
        var bytes = new byte[RecentResults.Size];
        RecentResults.Write(bytes, new ResultPoint(Tenths.Of(TimeProvider.System.GetUtcNow()), 12));
        await redis.GetDatabase().HashSetAsync(keys.For(0, "results"), [.. ids.Select(id => new HashEntry(id.ToString(), bytes))]);

        await using var services = new ServiceCollection().AddMetrics().AddSingleton<PipelineMetrics>().BuildServiceProvider();
        var store = new ResultStore(Factory, Resilience, Options.Create(new DecisionRules()), Options.Create(new HistoryRetentionOptions()), TimeProvider.System);
        await new Recorder(new RedisSchedule(redis, keys, layout, Resilience, TimeProvider.System), store, redis,
            Options.Create(new HistoryOptions { MoveAtStop = true }), services.GetRequiredService<PipelineMetrics>(), TimeProvider.System, NullLogger<Recorder>.Instance).FinishAsync(Ct);

        Assert.Equal(0, await redis.GetDatabase().HashLengthAsync(keys.For(0, "results")));
        Assert.Equal(Count, await ReadAsync(db => db.ResultWindows.CountAsync(Ct)));
    }
}
