using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Monitors;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Worker;

/// <summary>Shards in a Redis Cluster, and the loss of one of its masters.</summary>
[Trait("Speed", "Slow")]
public sealed class ClusterTests(LocalStores stores)
{
    private const int Monitors = 60;
    private const int Shards = 12;

    [Fact]
    public async Task KilledMaster_CostsOneSweep()
    {
        using var cluster = await RedisCluster.StartAsync();
        await using var target = new ScriptedTarget();
        await using var worker = await WorkerHarness.StartAsync(stores, redis: cluster.ConnectionString,
            settings: new() { ["Scheduling:Shards"] = $"{Shards}", ["Scheduler:VisibilityTimeout"] = "00:00:08" });
        var ids = new List<Guid>();
        for (var i = 0; i < Monitors; i++)
            ids.Add((await worker.AddAsync(target.Url, intervalSec: 2)).Id);
        Assert.Equal(Shards, ids.Select(worker.Schedule.Keys.ShardOf).Distinct().Count());
        foreach (var id in ids)
            await worker.StateAsync(id, MonitorState.Up);
        Assert.DoesNotContain(worker.Log.Lines, line => line.Message.Contains("CROSSSLOT", StringComparison.Ordinal));

        // Simulates a write that was not replicated: only a sweep restores it.
        var redis = worker.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        var lost = ids.First(id => worker.Schedule.Keys.ShardOf(id) == 0);
        foreach (var key in (string[])["schedule", "inflight"])
            await redis.SortedSetRemoveAsync(worker.Schedule.Keys.For(0, key), lost.ToString());
        await cluster.KillMasterOfAsync(worker.Schedule.Keys.For(0, "schedule"));

        await Eventually.True(() => EachIsInOneSetAsync(redis, worker, ids), "every monitor is in exactly one set", 60);
        var before = target.Requests.Count;
        await Eventually.True(() => target.Requests.Count > before + 2 * Monitors, "and is checked", 60);
    }

    private static async Task<bool> EachIsInOneSetAsync(IDatabase redis, WorkerHarness worker, List<Guid> ids)
    {
        foreach (var shard in ids.GroupBy(worker.Schedule.Keys.ShardOf))
        {
            var wrong = (long)await redis.ScriptEvaluateAsync("""
                local wrong = 0
                for _, id in ipairs(ARGV) do
                  local places = (redis.call('ZSCORE', KEYS[1], id) and 1 or 0) + (redis.call('ZSCORE', KEYS[2], id) and 1 or 0)
                  if places ~= 1 then wrong = wrong + 1 end
                end
                return wrong
                """, [worker.Schedule.Keys.For(shard.Key, "schedule"), worker.Schedule.Keys.For(shard.Key, "inflight")],
                [.. shard.Select(id => (RedisValue)id.ToString())]);
            if (wrong > 0)
                return false;
        }
        return true;
    }
}
