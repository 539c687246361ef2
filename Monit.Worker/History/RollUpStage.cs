using Monit.Storage.History;
using Monit.Storage.Schedule;
using Monit.Worker.Reconciler;
using Monit.Worker.Telemetry;
using StackExchange.Redis;

namespace Monit.Worker.History;

/// <summary>
/// Rolls up results into days and days into months, and removes what is too old; one worker at a time. What is due, also after days in which
/// no worker ran, is done in order, and in favour of the checks it rests longer than it works.
/// </summary>
internal sealed partial class RollUpStage(
    RollUps days,
    MonthRollUps months,
    HistoryRetention retention,
    RedisKeys keys,
    IConnectionMultiplexer redis,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<RollUpStage> logger)
{
    /// <summary>From one pass to the next. A day is due in slices over an hour, so a pass has a twelfth of it.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RetentionInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await PassAsync(stop);
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
                {
                    LogFailed(failure.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The stage stops.
        }
    }

    /// <summary>Does all that is due, unless another worker is at it.</summary>
    internal async Task PassAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        if (await TakeAsync("roll-up", Lease) is not { } lease)
            return;
        try
        {
            await retention.PrepareAsync(now, stop);
            foreach (var due in await days.DueAsync(now, stop))
                if (!await RollUpAsync(due, lease, stop))
                    return;
            foreach (var month in await months.DueAsync(now, stop))
                if (!await RollUpAsync(month, now, lease, stop))
                    return;
            // Only now: what is not rolled up could not be. Not released, so that it is done once an hour.
            if (await TakeAsync("retention", RetentionInterval * 0.9) is not null)
                await retention.RunAsync(now, token => RestAsync(TimeSpan.FromSeconds(1), lease, token), stop);
        }
        finally
        {
            await lease.ReleaseAsync();
        }
    }

    // False if another worker has taken over.
    private async Task<bool> RollUpAsync(DueDay due, ShardLease lease, CancellationToken stop)
    {
        if (await days.BeginAsync(due, stop) is not { } idle)
            return true;
        foreach (var slice in due.Slices)
        {
            var began = time.GetTimestamp();
            try
            {
                var done = await days.RollUpAsync(due.Day, slice, idle[slice], stop);
                metrics.DaysRolledUp.Add(done.Rows);
                metrics.RollUpLag.Record((time.GetUtcNow() - RollUps.DueAt(due.Day, slice)).TotalSeconds);
                if (done.Kept > 0)
                    LogKept(due.Day, done.Kept);
            }
            catch (InvalidDataException unreadable)
            {
                // The others must not wait for it.
                metrics.RollUpFailures.Add(1);
                LogUnreadable(due.Day, slice, unreadable.Message);
            }
            if (!await RestAsync(time.GetElapsedTime(began), lease, stop))
                return false;
        }
        return true;
    }

    private async Task<bool> RollUpAsync(DateOnly month, DateTimeOffset now, ShardLease lease, CancellationToken stop)
    {
        for (var last = Guid.Empty; ;)
        {
            var began = time.GetTimestamp();
            var (next, rows) = await months.PageAsync(month, last, stop);
            metrics.MonthsRolledUp.Add(rows);
            if (!await RestAsync(time.GetElapsedTime(began), lease, stop))
                return false;
            if (next is null)
                break;
            last = next.Value;
        }
        await months.FinishAsync(month, now, stop);
        return true;
    }

    // Five times as long as was worked, which fills half of the hour at a million monitors. False if another worker has taken over.
    private async Task<bool> RestAsync(TimeSpan worked, ShardLease lease, CancellationToken stop)
    {
        var rest = 5 * worked;
        await Task.Delay(rest < LongestRest ? rest : LongestRest, time, stop);
        return await lease.RenewAsync();
    }

    private Task<ShardLease?> TakeAsync(string work, TimeSpan ttl) => ShardLease.TryTakeAsync(redis.GetDatabase(), keys, 0, work, ttl);

    [LoggerMessage(1, LogLevel.Warning, "The history is not rolled up; trying again in five minutes ({Reason})")]
    private partial void LogFailed(string reason);

    [LoggerMessage(2, LogLevel.Error, "Slice {Slice} of {Day} is not rolled up: {Reason} Its results stay until they are twice as old as is kept")]
    private partial void LogUnreadable(DateOnly day, int slice, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Of {Day} results came after those it had were removed; {Count} monitors keep the numbers that they have")]
    private partial void LogKept(DateOnly day, int count);
}
