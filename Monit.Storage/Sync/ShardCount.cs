using Microsoft.EntityFrameworkCore;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using StackExchange.Redis;

namespace Monit.Storage.Sync;

/// <summary>Prevents services with different <c>Scheduling:Shards</c> from using the same stores.</summary>
public static class ShardCount
{
    private const string Key = "scheduling.shards";

    /// <summary>Stores the number of shards in SQL and Redis, or compares it with the one stored there.</summary>
    /// <exception cref="InvalidOperationException">They differ; the message says what to do.</exception>
    public static async Task EnsureAsync(MonitDb db, IDatabase redis, RedisKeys keys, CancellationToken ct = default)
    {
        // Services start at the same time: the first one's number counts.
        var shards = $"{keys.Shards}";
        await db.Database.ExecuteSqlAsync($"INSERT INTO settings (key, value) VALUES ({Key}, {shards}) ON CONFLICT DO NOTHING", ct);
        Compare(await db.Settings.Where(s => s.Key == Key).Select(s => s.Value).SingleAsync(ct), "the database", keys.Shards);

        for (var shard = 0; shard < keys.Shards; shard++)
        {
            var meta = keys.For(shard, "meta");
            await redis.HashSetAsync(meta, "shards", keys.Shards, When.NotExists);
            Compare(await redis.HashGetAsync(meta, "shards"), "Redis", keys.Shards);
        }
    }

    private static void Compare(string? stored, string where, int configured)
    {
        if (stored is not null && stored != $"{configured}")
            throw new InvalidOperationException(
                $"Scheduling:Shards is {configured}, but {where} was set up with {stored}. Set it back, or reshard as docs/operations.md says.");
    }
}
