using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Storage.Schedule;
using Monit.Storage.Sync;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Data;

/// <summary>The number of shards, and the distribution of ids over them.</summary>
public abstract class ShardSuite(Func<Task<SqlStore>> create, Func<Task<IConnectionMultiplexer>> connect) : SqlSuite(create)
{
    private readonly string _prefix = LocalStores.NewPrefix();

    private IOptions<SchedulingOptions> Layout(int shards) => Options.Create(new SchedulingOptions { KeyPrefix = _prefix, Shards = shards });

    private RedisKeys Keys(int shards) => new(Layout(shards));

    private async Task EnsureAsync(int shards)
    {
        await using var db = Factory.CreateDbContext();
        await ShardCount.EnsureAsync(db, (await connect()).GetDatabase(), Keys(shards), Ct);
    }

    [Fact]
    public async Task Ensure_SameCount_Passes_AlsoWhenAllStartAtOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => EnsureAsync(4), Ct)));
        await EnsureAsync(4);
    }

    [Theory, InlineData(1), InlineData(8)]
    public async Task Ensure_OtherCountInSql_Throws(int shards)
    {
        await EnsureAsync(4);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EnsureAsync(shards));
        Assert.Contains($"Scheduling:Shards is {shards}, but the database was set up with 4", refused.Message, StringComparison.Ordinal);
        Assert.Contains("docs/operations.md", refused.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(1), InlineData(8)]
    public async Task Ensure_OtherCountInRedis_Throws(int shards)
    {
        await EnsureAsync(4);
        await ReadAsync(db => db.Settings.ExecuteDeleteAsync(Ct));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EnsureAsync(shards));
        Assert.Contains($"Scheduling:Shards is {shards}, but Redis was set up with 4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shards_HaveKeysOfTheirOwn_AndAnEvenShare()
    {
        var keys = Keys(4);
        var redis = await connect();
        var schedule = new RedisSchedule(redis, keys, Layout(4), Resilience, TimeProvider.System);
        var ids = Enumerable.Range(0, 4000).Select(_ => Guid.CreateVersion7()).ToArray();
        var config = new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/");

        foreach (var shard in ids.GroupBy(keys.ShardOf))
        {
            await schedule.ScheduleAsync(shard.Key, [.. shard.Select(id => new ScheduleEntry(id, config, default, TimeSpan.Zero))], Ct);
            Assert.InRange(shard.Count(), 850, 1150);
            Assert.Equal(shard.Count(), await redis.GetDatabase().SortedSetLengthAsync($"{_prefix}:{{{shard.Key}}}:schedule"));
        }

        foreach (var shard in Enumerable.Range(0, 4))
        {
            var claim = await schedule.ClaimAsync(shard, 2000, TimeSpan.FromMinutes(1));
            Assert.All(claim.Jobs, job => Assert.Equal(shard, keys.ShardOf(job.Id)));
            Assert.All(RedisScript.Claim.Keys, name => Assert.Equal($"{_prefix}:{{{shard}}}:{name}", (string?)keys.For(shard, name)));
        }
        Assert.Equal(4000, (await schedule.ViewAsync(ids, Ct)).Count);
    }
}
