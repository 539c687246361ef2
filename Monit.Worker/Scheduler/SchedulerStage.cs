using Microsoft.Extensions.Options;
using Monit.Storage.Schedule;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Scheduler;

/// <summary>
/// Stage 1: claims due monitors. A tick continues as long as there is a backlog, round robin over the shards, and waits
/// for room in the queue. A claim is never retried: the Reclaimer returns the jobs of a lost reply.
/// </summary>
internal sealed partial class SchedulerStage(
    RedisSchedule schedule,
    JobQueue jobs,
    RetryBudget retries,
    SweepRequests sweeps,
    ClaimWake wake,
    IOptions<SchedulerOptions> options,
    IOptions<LeaseOptions> leases,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<SchedulerStage> logger)
{
    private readonly ConfigCache[] _configs = [.. Enumerable.Range(0, schedule.Keys.Shards).Select(shard =>
        new ConfigCache(schedule, shard, options.Value.ConfigCacheSize / schedule.Keys.Shards, time))];
    private bool _unavailable;
    private long _lastTick;

    /// <summary>The time since Redis last answered a claim, by the monotonic clock; null before the first answer.</summary>
    public TimeSpan? SinceLastTick =>
        Volatile.Read(ref _lastTick) is var last and not 0 ? time.GetElapsedTime(last) : null;

    public async Task RunAsync(CancellationToken stop)
    {
        metrics.ObserveQueue("jobs", () => jobs.Count);
        while (!stop.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            try
            {
                await TickAsync(stop);
                if (_unavailable)
                    LogRecovered();
                _unavailable = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (!_unavailable)
                    LogUnavailable(failure);
                _unavailable = true;
                Array.ForEach(_configs, configs => configs.Invalidate());
            }
            await wake.WaitAsync(options.Value.Interval - time.GetElapsedTime(started), stop);
        }
    }

    private async Task TickAsync(CancellationToken stop)
    {
        var batch = options.Value.BatchSize;
        var pending = new Queue<int>(Enumerable.Range(0, schedule.Keys.Shards));
        while (pending.TryDequeue(out var shard))
        {
            await jobs.WaitForRoomAsync(Math.Min(batch, (jobs.Capacity + 1) / 2), stop);
            var asked = Math.Min(batch, jobs.Room);
            if (await ClaimAsync(shard, asked) == asked)
                pending.Enqueue(shard);
            stop.ThrowIfCancellationRequested();
        }
    }

    private async Task<int> ClaimAsync(int shard, int limit)
    {
        var sent = time.GetTimestamp();
        var claim = await schedule.ClaimAsync(shard, limit, leases.Value.VisibilityTimeout, _configs[shard].Revision);
        // After each claim, since a tick lasts as long as there is a backlog.
        Volatile.Write(ref _lastTick, time.GetTimestamp());
        if (!claim.Built)
            sweeps.Request(shard);
        var clock = new LeaseClock(time, claim.Now, sent, leases.Value.VisibilityTimeout);
        var configs = await _configs[shard].TakeAsync(claim);
        foreach (var (i, claimed) in claim.Jobs.Index())
        {
            jobs.TryWrite(new CheckJob(shard, claimed, configs[i], claim.Token, clock));
            metrics.ScheduleLag.Record(Math.Max(0, claim.Now - claimed.Due) / 1000d);
        }
        metrics.Claims.Add(claim.Jobs.Count);
        retries.Earn(claim.Jobs.Count);
        return claim.Jobs.Count;
    }

    [LoggerMessage(1, LogLevel.Warning, "Cannot claim work from Redis; trying again every tick")]
    private partial void LogUnavailable(Exception failure);

    [LoggerMessage(2, LogLevel.Information, "Redis answers again; claiming work")]
    private partial void LogRecovered();
}
