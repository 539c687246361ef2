using Microsoft.Extensions.Options;
using Monit.Storage.History;
using Monit.Storage.Schedule;
using Monit.Worker.Reconciler;
using Monit.Worker.Telemetry;
using StackExchange.Redis;

namespace Monit.Worker.History;

/// <summary>
/// Moves results from Redis to SQL, one worker a shard: a page is written, committed, and only then removed from Redis. What a death in
/// between leaves in both is moved again, and counts once. While SQL is unavailable results stay in Redis.
/// </summary>
internal sealed partial class Recorder(
    RedisSchedule schedule,
    ResultStore results,
    IConnectionMultiplexer redis,
    IOptions<HistoryOptions> options,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<Recorder> logger)
{
    private const int PageSize = 500;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, schedule.Keys.Shards).Select(shard => RunAsync(shard, stop)));

    /// <summary>Moves what is left, where the settings say so. Call when no more checks are completed.</summary>
    public async Task FinishAsync(CancellationToken giveUp)
    {
        if (!options.Value.MoveAtStop)
            return;
        // Garnet's scan may pass over some while others are removed: until there are no more, or those that are left cannot be moved.
        for (var shard = 0; shard < schedule.Keys.Shards; shard++)
            while (await MoveAsync(shard, lease: null, giveUp) is > 0) { }
    }

    private async Task RunAsync(int shard, CancellationToken stop)
    {
        var lost = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await ShardLease.TryTakeAsync(redis.GetDatabase(), schedule.Keys, shard, "recorder", Lease) is not { } lease)
                {
                    await Task.Delay(Lease / 3, time, stop);
                    continue;
                }
                try
                {
                    await MoveWhileHeldAsync(shard, lease, () => lost = Recovered(shard, lost), stop);
                }
                finally
                {
                    await lease.ReleaseAsync();
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (!lost)
                    LogFailed(shard, failure.Message);
                lost = true;
                await Task.WhenAny(Task.Delay(AfterFailure, time, stop));
            }
        }
    }

    private bool Recovered(int shard, bool lost)
    {
        if (lost)
            LogRecovered(shard);
        return false;
    }

    private async Task MoveWhileHeldAsync(int shard, ShardLease lease, Action moved, CancellationToken stop)
    {
        for (var last = time.GetTimestamp(); ;)
        {
            var began = time.GetTimestamp();
            // At least once a move, however short both are.
            if (await MoveAsync(shard, lease, stop) is null || !await lease.RenewAsync())
                return;
            moved();
            metrics.MoveDuration.Record(time.GetElapsedTime(last).TotalSeconds);
            last = began;
            // Kept while it waits, so that no other worker moves in between.
            for (TimeSpan rest; (rest = options.Value.MoveInterval - time.GetElapsedTime(began)) > TimeSpan.Zero;)
            {
                await Task.Delay(rest < Lease / 3 ? rest : Lease / 3, time, stop);
                if (!await lease.RenewAsync())
                    return;
            }
        }
    }

    /// <summary>Moves all results of a shard once. Returns the number of monitors that had some; null if another worker has taken over.</summary>
    private async Task<int?> MoveAsync(int shard, ShardLease? lease, CancellationToken ct)
    {
        var pace = (double)options.Value.RowsPerSecond / schedule.Keys.Shards;
        var (began, renewed, rows, moved) = (time.GetTimestamp(), time.GetTimestamp(), 0, 0);
        await foreach (var page in schedule.UnsavedAsync(shard, PageSize, ct))
        {
            var (added, left) = await results.FileAsync(shard, page, ct);
            metrics.Recorded.Add(added);
            if (left.Count > 0)
                LogLeft(left.Count, shard);
            moved += await schedule.TrimAsync(shard, left.Count == 0 ? page : [.. page.Where(one => !left.Contains(one.Id))], ct);
            rows += page.Count;
            if (lease is null)
                continue;
            if (TimeSpan.FromSeconds(rows / pace) - time.GetElapsedTime(began) is var ahead && ahead > TimeSpan.Zero)
                await Task.Delay(ahead, time, ct);
            if (time.GetElapsedTime(renewed) < Lease / 5)
                continue;
            renewed = time.GetTimestamp();
            if (!await lease.RenewAsync())
                return null;
        }
        return moved;
    }

    [LoggerMessage(1, LogLevel.Warning, "Results of shard {Shard} cannot be moved to SQL and stay in Redis; trying again ({Reason})")]
    private partial void LogFailed(int shard, string reason);

    [LoggerMessage(3, LogLevel.Warning, "The results of {Count} monitors of shard {Shard} cannot be filed and stay in Redis; mostly a later version of Monit has written what SQL has of them. Start that version again")]
    private partial void LogLeft(int count, int shard);

    [LoggerMessage(2, LogLevel.Information, "Results of shard {Shard} are moved to SQL again")]
    private partial void LogRecovered(int shard);
}
