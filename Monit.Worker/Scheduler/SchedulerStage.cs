using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Storage.Schedule;
using Monit.Worker.Completer;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Scheduler;

/// <summary>
/// Stage 1: claims due monitors. A tick continues as long as there is a backlog, round robin over the shards, and waits
/// for room in the queue. A claim is never retried: the Reclaimer returns the jobs of a lost reply.
/// Monitors whose configuration has a format that this version does not know are given back untouched. As long as there are
/// any, newer workers get a head start, so that this one takes only what they leave.
/// </summary>
internal sealed partial class SchedulerStage(
    RedisSchedule schedule,
    JobQueue jobs,
    RetryBudget retries,
    SweepRequests sweeps,
    ClaimWake wake,
    CompleterStage completer,
    IOptions<SchedulerOptions> options,
    IOptions<LeaseOptions> leases,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<SchedulerStage> logger)
{
    // Several ticks of other workers.
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HeadStartsFor = TimeSpan.FromMinutes(1);

    private readonly ConfigCache[] _configs = [.. Enumerable.Range(0, schedule.Keys.Shards).Select(shard =>
        new ConfigCache(schedule, shard, options.Value.ConfigCacheBytes / schedule.Keys.Shards, time))];
    private bool _unavailable;
    private long _lastTick;
    private long? _lastNewer;
    private bool _toldNewer;

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
        var claim = await schedule.ClaimAsync(shard, limit, leases.Value.VisibilityTimeout, _configs[shard].Revision,
            _lastNewer is { } last && time.GetElapsedTime(last) < HeadStartsFor ? HeadStart : TimeSpan.Zero);
        // After each claim, since a tick lasts as long as there is a backlog.
        Volatile.Write(ref _lastTick, time.GetTimestamp());
        if (!claim.Built)
            sweeps.Request(shard);
        var clock = new LeaseClock(time, claim.Now, sent, leases.Value.VisibilityTimeout);
        var configs = await _configs[shard].TakeAsync(claim);
        var (newer, newest, lagMs) = (0, 0, 0L);
        foreach (var (i, claimed) in claim.Jobs.Index())
        {
            var job = new CheckJob(shard, claimed, configs[i], claim.Token, clock);
            if (CheckConfig.FormatOf(configs[i].Span) is > CheckConfig.NewestFormat and var format)
            {
                (newer, newest) = (newer + 1, Math.Max(newest, format));
                await completer.ReleaseAsync(job, CompleterStage.BackOff());
                continue;
            }
            jobs.TryWrite(job);
            var lag = Math.Max(0, claim.Now - claimed.Due);
            metrics.ScheduleLag.Record(lag / 1000d);
            lagMs += lag;
        }
        if (newer > 0)
            GaveBack(newer, newest);
        metrics.Claims.Add(claim.Jobs.Count);
        metrics.Done.Claimed(claim.Jobs.Count - newer, lagMs);
        retries.Earn(claim.Jobs.Count);
        return claim.Jobs.Count;
    }

    private void GaveBack(int count, int format)
    {
        _lastNewer = time.GetTimestamp();
        if (!_toldNewer)
            LogNewer(count, format, CheckConfig.NewestFormat);
        _toldNewer = true;
    }

    [LoggerMessage(1, LogLevel.Warning, "Cannot claim work from Redis; trying again every tick")]
    private partial void LogUnavailable(Exception failure);

    [LoggerMessage(2, LogLevel.Information, "Redis answers again; claiming work")]
    private partial void LogRecovered();

    [LoggerMessage(3, LogLevel.Warning, "{Count} monitors of a claim are stored in format {Format}, and this version reads up to {Newest}: they are left to newer workers, now and from here on")]
    private partial void LogNewer(int count, int format, int newest);
}
