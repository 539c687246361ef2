using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Monit.Core.Scheduling;
using Monit.Worker.Scheduler;

namespace Monit.Worker.Executor;

/// <summary>
/// Renews the leases of checks that may outlast theirs, in batches and never beyond the visibility time-out: a worker that
/// dies holds up the longest of checks no longer than the shortest.
/// </summary>
internal sealed partial class LeaseKeeper(
    RedisSchedule schedule, IOptions<SchedulerOptions> options, TimeProvider time, ILogger<LeaseKeeper> logger)
{
    private const int MaxBatch = 1000;
    private readonly TimeSpan _lease = options.Value.VisibilityTimeout;
    private readonly ConcurrentDictionary<CheckJob, bool> _kept = new();
    private volatile Task _renewal = Task.CompletedTask;

    /// <summary>Whether enough is left for the next round of renewals to find the lease alive.</summary>
    public bool IsFresh(TimeSpan left) => left >= _lease * 0.4;

    public void Keep(CheckJob job) => _kept[job] = job.IsKept = true;

    /// <summary>From here on the job's lease is what it is: a renewal under way has come to its end.</summary>
    public Task EndAsync(CheckJob job) => job.IsKept && _kept.TryRemove(job, out _) ? _renewal : Task.CompletedTask;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_lease * 0.2, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var round = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                // Before the jobs are looked at: who leaves after that waits for the round.
                _renewal = round.Task;
                await RenewAsync();
                round.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Nothing is left to keep.
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
                // Somebody else has it: the check goes on, and its result will be refused.
                _kept.TryRemove(job, out _);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Redis does not renew {Count} leases of shard {Shard}; what outlives its lease is checked again ({Reason})")]
    private partial void LogNotRenewed(int count, int shard, string reason);
}
