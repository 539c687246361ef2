using Monit.Storage.History;
using Monit.Storage.Schedule;
using Monit.Worker.Reconciler;
using Monit.Worker.Telemetry;
using StackExchange.Redis;

namespace Monit.Worker.History;

/// <summary>
/// Once a second: says what this worker has done, and brings the states of monitors that have changed in Redis to SQL, where they are counted.
/// They leave Redis only after SQL has them, so that whoever dies in between leaves them to the next, to whom most are known already.
/// </summary>
internal sealed partial class CountersStage(
    RedisStates states,
    RedisPace pace,
    StateStore store,
    RedisKeys keys,
    IConnectionMultiplexer redis,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<CountersStage> logger)
{
    // The counts of an account stay locked for as long as a transaction of so many takes.
    private const int PageSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private bool _failing;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                try
                {
                    await RunOnceAsync(stop);
                    if (_failing)
                        LogRecovered();
                    _failing = false;
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
                {
                    if (!_failing)
                        LogFailed(failure.Message);
                    _failing = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The stage stops.
        }
    }

    private async Task RunOnceAsync(CancellationToken stop)
    {
        var (completed, missed, claimed, lag) = metrics.Done.Take();
        await pace.AddAsync(completed, missed, claimed, lag);
        for (var shard = 0; shard < keys.Shards; shard++)
            if (await states.AnyChangedAsync(shard))
                await RecordAsync(shard, stop);
    }

    private async Task RecordAsync(int shard, CancellationToken stop)
    {
        if (await ShardLease.TryTakeAsync(redis.GetDatabase(), keys, shard, "counts", Lease) is not { } lease)
            return;
        try
        {
            var renewed = time.GetTimestamp();
            await foreach (var page in states.ChangedAsync(shard, PageSize, stop))
            {
                // A scan may return more than it was asked for.
                foreach (var batch in page.Chunk(PageSize))
                {
                    metrics.StatesRecorded.Add(await store.RecordAsync(batch, stop));
                    await states.SettleAsync(shard, batch, stop);
                }
                if (time.GetElapsedTime(renewed) < Lease / 5)
                    continue;
                renewed = time.GetTimestamp();
                if (!await lease.RenewAsync())
                    return;
            }
        }
        finally
        {
            await lease.ReleaseAsync();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The states of monitors cannot be counted; trying again every second ({Reason})")]
    private partial void LogFailed(string reason);

    [LoggerMessage(2, LogLevel.Information, "The states of monitors are counted again")]
    private partial void LogRecovered();
}
