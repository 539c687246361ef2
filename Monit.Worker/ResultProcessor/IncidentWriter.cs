using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using Monit.Worker.Alerting;
using Monit.Worker.Completer;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Worker.ResultProcessor;

/// <summary>
/// Opens and closes incidents: renews the leases, writes SQL, then completes the jobs. A single loop, so that many
/// transitions share a transaction. While SQL is unavailable a batch is retried until its leases expire.
/// </summary>
internal sealed partial class IncidentWriter(
    IncidentStore incidents,
    RedisSchedule schedule,
    MonitorSync sync,
    CompleterStage completer,
    Completions completions,
    AlertChannel alerts,
    IOptions<ResultProcessorOptions> options,
    IOptions<LeaseOptions> leases,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<IncidentWriter> logger) : IDisposable
{
    private const int MaxBatch = 500;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly Channel<PendingTransition> _channel = Channel.CreateBounded<PendingTransition>(
        new BoundedChannelOptions(options.Value.FailureChannelSize) { SingleReader = true });

    private readonly Signal _many = new(time);

    /// <summary>False if the queue is full, which happens only while SQL is unavailable or slow.</summary>
    public bool TryWrite(PendingTransition transition)
    {
        if (_channel.Reader.Count >= Math.Min(MaxBatch, options.Value.FailureChannelSize) / 2)
            _many.Set();
        return _channel.Writer.TryWrite(transition);
    }

    public void Finish()
    {
        _channel.Writer.TryComplete();
        _many.Set();
    }

    public void Dispose() => _many.Dispose();

    public async Task RunAsync(CancellationToken giveUp)
    {
        metrics.ObserveQueue("incidents", () => _channel.Reader.Count);
        var batch = new List<PendingTransition>(MaxBatch);
        while (await _channel.Reader.WaitToReadAsync(CancellationToken.None))
        {
            // Targets that fail together are detected over some seconds: a short wait saves most of the transactions.
            await _many.WaitAsync(Linger, giveUp);
            while (batch.Count < MaxBatch && _channel.Reader.TryRead(out var transition))
                batch.Add(transition);
            try
            {
                await WriteAsync(batch, giveUp);
            }
            catch (Exception failure)
            {
                LogBroken(batch.Count, failure);
                await ReleaseAsync(batch);
            }
            batch.Clear();
        }
    }

    private async Task WriteAsync(List<PendingTransition> batch, CancellationToken giveUp)
    {
        IReadOnlyList<TransitionOutcome> outcomes;
        using (var write = CheckTracing.StartWrite(batch))
        {
            outcomes = await RecordAsync(batch, giveUp);
            write?.Stop();
            if (write is not null)
                CheckTracing.Join(batch, write);
        }
        var stale = new List<Guid>();
        foreach (var (pending, outcome) in batch.Zip(outcomes))
        {
            if (!outcome.Stale)
            {
                await FinishAsync(pending, outcome);
                continue;
            }
            stale.Add(pending.Job.Id);
            CheckTracing.End(pending.Job, "stale");
        }
        // These monitors have changed since the claim, so Redis may have an outdated configuration.
        if (stale.Count > 0)
            await sync.SyncAsync(stale, TimeSpan.Zero, ct: giveUp);
    }

    private async Task<IReadOnlyList<TransitionOutcome>> RecordAsync(List<PendingTransition> batch, CancellationToken giveUp)
    {
        var extended = false;
        for (var retrying = false; batch.Count > 0; retrying = true)
        {
            try
            {
                if (!extended)
                    await ExtendAsync(batch, giveUp);
                extended = true;
                var outcomes = await incidents.RecordAsync(batch.ConvertAll(pending => pending.Transition), giveUp);
                if (retrying)
                    LogRecovered();
                return outcomes;
            }
            catch (Exception failure) when (!giveUp.IsCancellationRequested)
            {
                if (!retrying)
                    LogRetrying(batch.Count, failure);
                await Task.WhenAny(Task.Delay(RetryDelay, time, giveUp));
                var dropped = Remove(batch, pending => pending.Job.Clock.Left <= TimeSpan.Zero, "expired");
                metrics.Expired.Add(dropped);
                if (dropped > 0)
                    LogDropped(dropped);
            }
        }
        return [];
    }

    // A worker that was paused until its lease expired must not open or close incidents.
    private async Task ExtendAsync(List<PendingTransition> batch, CancellationToken giveUp)
    {
        var lease = leases.Value.VisibilityTimeout;
        foreach (var shard in batch.GroupBy(pending => pending.Job.Shard).ToList())
        {
            var group = shard.ToList();
            var sent = time.GetTimestamp();
            var extension = await schedule.ExtendAsync(shard.Key, group.ConvertAll(pending => pending.Job.Lease), lease, giveUp);
            var fenced = extension.Fenced.Select(position => group[position]).ToHashSet();
            var clock = new LeaseClock(time, extension.Now, sent, lease);
            foreach (var pending in group.Where(pending => !fenced.Contains(pending)))
                pending.Job.Renew(extension.Token, clock);
            metrics.Fenced.Add(fenced.Count);
            if (fenced.Count > 0)
                LogFenced(fenced.Count);
            Remove(batch, fenced.Contains, "fenced");
        }
    }

    private static int Remove(List<PendingTransition> batch, Predicate<PendingTransition> which, string ending) => batch.RemoveAll(pending =>
    {
        if (!which(pending))
            return false;
        CheckTracing.End(pending.Job, ending);
        return true;
    });

    private async ValueTask FinishAsync(PendingTransition pending, TransitionOutcome outcome)
    {
        // Log messages and the alert belong to this check's trace.
        Activity.Current = pending.Job.Trace;
        if (outcome.Failure is { } failure)
        {
            LogRefused(pending.Job.Id, pending.Outcome.Change, failure);
            await completer.CompleteAsync(pending.Job, completions.WithoutTransition(pending));
            return;
        }
        Announce(pending, outcome.AlertId);
        await completer.CompleteAsync(pending.Job, completions.Of(pending.Checked, pending.Outcome));
    }

    private void Announce(PendingTransition pending, Guid? alertId)
    {
        if (alertId is { } id)
            alerts.Offer(id, pending.Job.Trace?.Context ?? default);
        var (job, verdict, opens) = (pending.Job, pending.Checked.Verdict, pending.Outcome.Change == IncidentChange.Open);
        var severity = opens ? pending.Outcome.Severity : job.Incident.Severity;
        (opens ? metrics.IncidentsOpened : metrics.IncidentsClosed).Add(1, new KeyValuePair<string, object?>("monit.incident.severity", severity == Severity.Degraded ? "degraded" : "down"));
        if (!opens)
            LogUp(job.Id, job.Config.LogUrl);
        else if (severity == Severity.Degraded)
            LogDegraded(job.Id, job.Config.LogUrl, verdict.HttpStatus, verdict.Detail ?? "none");
        else
            LogDown(job.Id, job.Config.LogUrl, verdict.Reason!.Value.ToWire(), verdict.HttpStatus, verdict.Detail ?? "none");
    }

    private async Task ReleaseAsync(List<PendingTransition> batch)
    {
        foreach (var pending in batch)
            await completer.ReleaseAsync(pending.Job, CompleterStage.BackOff());
    }
}
