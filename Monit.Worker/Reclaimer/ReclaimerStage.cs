using Microsoft.Extensions.Options;
using Monit.Storage.Schedule;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Reclaimer;

/// <summary>Stage 5: once per interval, returns all jobs whose lease has expired to the schedule.</summary>
internal sealed partial class ReclaimerStage(
    RedisSchedule schedule,
    IOptions<ReclaimerOptions> options,
    IOptions<LeaseOptions> leases,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<ReclaimerStage> logger)
{
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                for (var shard = 0; shard < schedule.Keys.Shards; shard++)
                    await ReclaimAsync(shard, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogFailed(failure.Message);
            }
        }
        while (await NextAsync(timer, stop));
    }

    private async Task ReclaimAsync(int shard, CancellationToken stop)
    {
        int returned;
        do
        {
            returned = await schedule.ReclaimAsync(shard, options.Value.Limit, leases.Value.Longest, stop);
            if (returned > 0)
                LogReclaimed(returned, shard);
            metrics.Reclaims.Add(returned);
        }
        while (returned >= options.Value.Limit);
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Returned {Count} jobs of shard {Shard} whose lease had expired")]
    private partial void LogReclaimed(int count, int shard);

    [LoggerMessage(2, LogLevel.Warning, "Cannot look for expired leases; trying again ({Reason})")]
    private partial void LogFailed(string reason);
}
