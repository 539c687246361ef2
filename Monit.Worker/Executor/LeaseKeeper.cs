using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Monit.Storage.Schedule;
using Monit.Worker.Jobs;

namespace Monit.Worker.Executor;

/// <summary>
/// Renews, in batches, the leases of checks that may outlast them. No lease exceeds the visibility time-out, so after a
/// crash long checks are reclaimed as soon as short ones.
/// </summary>
internal sealed partial class LeaseKeeper(
    RedisSchedule schedule, IOptions<LeaseOptions> options, TimeProvider time, ILogger<LeaseKeeper> logger)
{
    private const int MaxBatch = 1000;
    private readonly TimeSpan _lease = options.Value.VisibilityTimeout;
    private readonly ConcurrentDictionary<CheckJob, bool> _kept = new();
    private volatile Task _renewal = Task.CompletedTask;

    /// <summary>Whether the lease will still be valid at the next round of renewals.</summary>
    public bool IsFresh(TimeSpan left) => left >= _lease * 0.4;

    public void Keep(CheckJob job) => _kept[job] = job.IsKept = true;

    /// <summary>Stops renewing the job's lease. Once the task completes, its token no longer changes.</summary>
    public Task EndAsync(CheckJob job) => job.IsKept && _kept.TryRemove(job, out _) ? _renewal : Task.CompletedTask;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_lease * 0.2, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var round = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                // Set before the jobs are enumerated, so that a job that ends during this round waits for it.
                _renewal = round.Task;
                await RenewAsync();
                round.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The stage stops.
        }
    }

    private async Task RenewAsync()
    {
        foreach (var shard in _kept.Keys.Where(job => job.Clock.Left < _lease * 0.6).GroupBy(job => job.Shard))
        {
            foreach (var batch in shard.Chunk(MaxBatch))
            {
                try
                {
                    await RenewAsync(shard.Key, batch);
                }
                catch (Exception failure)
                {
                    LogNotRenewed(batch.Length, shard.Key, failure.Message);
                }
            }
        }
    }

    private async Task RenewAsync(int shard, CheckJob[] batch)
    {
        var sent = time.GetTimestamp();
        var extension = await schedule.ExtendAsync(shard, Array.ConvertAll(batch, job => job.Lease), _lease);
        var clock = new LeaseClock(time, extension.Now, sent, _lease);
        var fenced = extension.Fenced.ToHashSet();
        foreach (var (position, job) in batch.Index())
        {
            if (!fenced.Contains(position))
                job.Renew(extension.Token, clock);
            else
                // Another worker holds the lease now; this check continues, and its result will be fenced off.
                _kept.TryRemove(job, out _);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Cannot renew {Count} leases of shard {Shard}; checks that outlast their lease run again ({Reason})")]
    private partial void LogNotRenewed(int count, int shard, string reason);
}
