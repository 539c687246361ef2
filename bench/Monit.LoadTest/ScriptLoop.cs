using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.History;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.LoadTest;

/// <summary>Measures the scripts alone, without checks: the cost of leases.</summary>
internal static class ScriptLoop
{
    private const int Batch = 500;

    // What a claim would be without leases. A crash loses what it has taken.
    private const string FetchDue = """
        local time = redis.call('TIME')
        local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
        local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
        if #ids > 0 then
          redis.call('ZREM', KEYS[1], unpack(ids))
        end
        return ids
        """;

    public static async Task<Figures> RunAsync(LoadOptions options, bool reliable, CancellationToken ct)
    {
        var time = TimeProvider.System;
        using var server = await RedisServer.StartAsync();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var layout = Options.Create(new SchedulingOptions());
        var schedule = new RedisSchedule(redis, new RedisKeys(layout), layout, new StoreResilience(time), time);
        var entries = Enumerable.Range(0, options.Monitors).Select(index => new ScheduleEntry(LoadOptions.Id(index),
            new CheckConfig(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 200, null, options.Url(index, 80, 80)), default, TimeSpan.Zero)).ToArray();
        foreach (var page in entries.Chunk(Batch))
            await schedule.ScheduleAsync(0, page, ct);

        long? revision = null;
        var (jobs, started, own, its) = (0L, time.GetTimestamp(), Usage.Self(), Usage.Of(server.Pid));
        while (time.GetElapsedTime(started) < options.Duration)
            jobs += reliable ? await ClaimAsync() : await FetchAsync();
        var elapsed = time.GetElapsedTime(started);
        return new Figures
        {
            ["mode"] = reliable ? "claim" : "fetch-due",
            ["monitors"] = options.Monitors,
            ["jobs_per_second"] = jobs / elapsed.TotalSeconds,
            ["redis_cpu_us_per_job"] = (Usage.Of(server.Pid).Cpu - its.Cpu).TotalMicroseconds / jobs,
            ["client_cpu_us_per_job"] = (Usage.Self().Cpu - own.Cpu).TotalMicroseconds / jobs,
            ["redis_rss_mb"] = Usage.Of(server.Pid).Megabytes,
        };

        // Completed jobs are due at once again, so that there is always a full batch.
        async Task<int> ClaimAsync()
        {
            var claim = await schedule.ClaimAsync(0, Batch, TimeSpan.FromSeconds(30), revision);
            revision = claim.Revision;
            await schedule.CompleteAsync(0, [.. claim.Jobs.Select(job => new Completion(new Lease(job.Id, claim.Token), 0,
                TimeSpan.Zero, new ResultPoint(claim.Now / 100, 1), null, null))], ct);
            return claim.Jobs.Count;
        }

        // Jobs taken by FetchDue are in no set: a crash here would lose them.
        async Task<int> FetchAsync()
        {
            var (db, key) = (redis.GetDatabase(), schedule.Keys.For(0, "schedule"));
            var due = (RedisValue[])(await db.ScriptEvaluateAsync(FetchDue, [key], [Batch]))!;
            await db.SortedSetAddAsync(key, [.. due.Select(id => new SortedSetEntry(id, 0))]);
            return due.Length;
        }
    }
}
