using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Monit.Storage.Schedule;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Completer;

/// <summary>
/// Ends every claimed job: completes or releases it, in batches, with one loop per shard. While Redis is unavailable a
/// batch is retried; jobs whose lease expires are dropped, since their checks run again.
/// </summary>
internal sealed partial class CompleterStage(
    RedisSchedule schedule,
    IOptions<PipelineOptions> options,
    CheckTracing tracing,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<CompleterStage> logger)
{
    private const int MaxBatch = 1000;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Ending>[] _shards = [.. Enumerable.Range(0, schedule.Keys.Shards).Select(_ =>
        Channel.CreateBounded<Ending>(new BoundedChannelOptions(options.Value.ResultChannelSize) { SingleReader = true }))];

    /// <summary>The delay for a job that cannot run now: 2 to 3 s, random so that such jobs do not return together.</summary>
    public static TimeSpan BackOff() => TimeSpan.FromMilliseconds(Random.Shared.Next(2000, 3000));

    public ValueTask CompleteAsync(CheckJob job, Completion completion) =>
        _shards[job.Shard].Writer.WriteAsync(new Ending(job, completion, default));

    /// <summary>Returns a job to the schedule unchecked, due after <paramref name="delay"/>.</summary>
    public ValueTask ReleaseAsync(CheckJob job, TimeSpan delay) =>
        _shards[job.Shard].Writer.WriteAsync(new Ending(job, null, delay));

    /// <summary>Completes the channels: no more jobs will be added.</summary>
    public void Finish() => Array.ForEach(_shards, shard => shard.Writer.TryComplete());

    /// <summary>Returns after <see cref="Finish"/> when all jobs are written; <paramref name="giveUp"/> drops those that Redis does not accept.</summary>
    public Task RunAsync(CancellationToken giveUp)
    {
        metrics.ObserveQueue("completions", () => _shards.Sum(shard => shard.Reader.Count));
        return Task.WhenAll(Enumerable.Range(0, _shards.Length).Select(shard => RunAsync(shard, giveUp)));
    }

    private async Task RunAsync(int shard, CancellationToken giveUp)
    {
        var reader = _shards[shard].Reader;
        var batch = new List<Ending>(MaxBatch);
        // Reused: lists of this size are on the large object heap, which only a full garbage collection frees.
        var completions = new List<Completion>(MaxBatch);
        while (await reader.WaitToReadAsync(CancellationToken.None))
        {
            // A short wait turns many small script calls into a few large ones.
            if (reader.Count < MaxBatch && !reader.Completion.IsCompleted)
                await Task.WhenAny(Task.Delay(Linger, time, CancellationToken.None), reader.Completion);
            while (batch.Count < MaxBatch && reader.TryRead(out var ending))
                batch.Add(ending);
            await WriteAsync(shard, batch, completions, giveUp);
            batch.Clear();
        }
    }

    private async Task WriteAsync(int shard, List<Ending> batch, List<Completion> completions, CancellationToken giveUp)
    {
        for (var retrying = false; batch.Count > 0; retrying = true)
        {
            try
            {
                await WriteOnceAsync(shard, batch, completions, giveUp);
                if (retrying)
                    LogRecovered(shard);
                return;
            }
            catch (Exception failure) when (!giveUp.IsCancellationRequested)
            {
                if (!retrying)
                    LogRetrying(shard, batch.Count, failure);
                await Task.WhenAny(Task.Delay(RetryDelay, time, giveUp));
                Drop(shard, batch);
            }
            catch (Exception failure)
            {
                LogGivenUp(shard, batch.Count, failure);
                batch.ForEach(ending => CheckTracing.End(ending.Job, "expired"));
                return;
            }
        }
    }

    private async Task WriteOnceAsync(int shard, List<Ending> batch, List<Completion> completions, CancellationToken giveUp)
    {
        completions.Clear();
        var releases = new List<(Lease, TimeSpan)>();
        foreach (var ending in batch)
        {
            if (ending.Completion is { } completion)
                completions.Add(completion);
            else
                releases.Add((ending.Job.Lease, ending.Delay));
        }
        // If only the second call fails, both are repeated: the jobs that are already completed are fenced off.
        if (completions.Count > 0)
        {
            var sent = time.GetTimestamp();
            var fenced = await schedule.CompleteAsync(shard, completions, giveUp);
            metrics.Completions.Add(completions.Count - fenced.Count);
            metrics.Done.Completed(completions.Count - fenced.Count);
            Ended("complete", fenced, sent);
        }
        if (releases.Count > 0)
        {
            var sent = time.GetTimestamp();
            var fenced = await schedule.ReleaseAsync(shard, releases, giveUp);
            metrics.Releases.Add(releases.Count - fenced.Count);
            Ended("release", fenced, sent);
        }

        void Ended(string operation, IReadOnlyList<int> fenced, long sent)
        {
            if (fenced.Count > 0)
            {
                metrics.Fenced.Add(fenced.Count);
                LogFenced(shard, fenced.Count);
            }
            var (position, first) = (0, default(ActivityContext));
            foreach (var ending in batch)
                if (ending.Operation == operation)
                    first = tracing.EndWritten(ending.Job, operation, fenced.Contains(position++), sent, first);
        }
    }

    private void Drop(int shard, List<Ending> batch)
    {
        var dropped = batch.RemoveAll(ending =>
        {
            if (ending.Job.Clock.Left > TimeSpan.Zero)
                return false;
            CheckTracing.End(ending.Job, "expired");
            return true;
        });
        if (dropped > 0)
        {
            metrics.Expired.Add(dropped);
            LogDropped(shard, dropped);
        }
    }

    private readonly record struct Ending(CheckJob Job, Completion? Completion, TimeSpan Delay)
    {
        public string Operation => Completion is null ? "release" : "complete";
    }
}
