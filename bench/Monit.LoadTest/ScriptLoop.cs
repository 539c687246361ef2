using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.LoadTest;

/// <summary>Measures the scripts alone, without checks: the cost of leases.</summary>
internal static class ScriptLoop
{
    private const int Batch = 500;

    public static async Task<Figures> RunAsync(LoadOptions options, bool reliable, CancellationToken ct)
    {
        var time = TimeProvider.System;
        using var server = await RedisServer.StartAsync();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var schedule = new RedisSchedule(redis, new RedisKeys(Options.Create(new SchedulingOptions())), new StoreResilience(time));
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
                TimeSpan.Zero, new MonitorStatus(MonitorState.Up, 200, 1, null, claim.Now), null))], ct);
            return claim.Jobs.Count;
        }

        // Jobs taken by fetch_due are in no set: a crash here would lose them.
        async Task<int> FetchAsync()
        {
            var due = await schedule.FetchDueAsync(0, Batch);
            await redis.GetDatabase().SortedSetAddAsync(schedule.Keys.For(0, "schedule"), [.. due.Select(id => new SortedSetEntry(id.ToString(), 0))]);
            return due.Count;
        }
    }
}
