using System.Threading.Channels;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Scheduling;
using Monit.Worker.ResultProcessor;
using Monit.Worker.Scheduler;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Executor;

/// <summary>
/// Stage 2: workers take jobs, each starts its check once a slot is free, and goes on to the next. Nothing that one
/// job does ends a worker, or makes it wait for SQL.
/// </summary>
internal sealed partial class ExecutorStage(
    JobQueue jobs,
    ResultChannel results,
    HttpProbe probe,
    SlotPool slots,
    Completer completer,
    LeaseKeeper leases,
    MonitorSync sync,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<ExecutorStage> logger)
{
    /// <summary>What a lease that is not renewed must have left beyond the check's time-out when the check begins.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private const int MaxUnreadable = 500;

    private readonly Channel<CheckJob> _unreadable = Channel.CreateBounded<CheckJob>(new BoundedChannelOptions(10 * MaxUnreadable) { SingleReader = true });
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1;

    /// <summary>Ends when the job channel is complete and every check has ended.</summary>
    /// <param name="stop">From now on, what has not started is given back.</param>
    /// <param name="abort">Running checks are cut off and given back.</param>
    public async Task RunAsync(int workers, CancellationToken stop, CancellationToken abort)
    {
        metrics.ObserveSlots("all", () => slots.Used, slots.Limit);
        metrics.ObserveSlots("suspects", () => slots.SuspectsUsed, slots.Limit / 2);
        using var idle = new CancellationTokenSource();
        var keeping = leases.RunAsync(idle.Token);
        var mending = MendAsync(stop);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(stop, abort)));
        _unreadable.Writer.Complete();
        await mending;
        Ended();
        await _idle.Task;
        await idle.CancelAsync();
        await keeping;
    }

    private async Task WorkAsync(CancellationToken stop, CancellationToken abort)
    {
        await foreach (var job in jobs.TakeAllAsync())
        {
            try
            {
                await StartAsync(job, stop, abort);
            }
            catch (Exception failure)
            {
                if (failure is not OperationCanceledException)
                    LogNotStarted(job.Id, failure);
                await completer.ReleaseAsync(job, stop.IsCancellationRequested ? TimeSpan.Zero : Completer.BackOff());
            }
        }
    }

    // Redis has lost or never had what these checks need: SQL knows, and a monitor that is gone is removed.
    private async Task MendAsync(CancellationToken stop)
    {
        while (await _unreadable.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var jobs = new List<CheckJob>();
            while (jobs.Count < MaxUnreadable && _unreadable.Reader.TryRead(out var job))
                jobs.Add(job);
            LogUnreadable(jobs.Count, jobs[0].Id);
            try
            {
                await sync.SyncAsync(jobs.ConvertAll(job => job.Id), TimeSpan.Zero, force: true, stop);
            }
            catch (Exception failure)
            {
                if (failure is not OperationCanceledException)
                    LogNotMended(jobs.Count, failure);
                foreach (var job in jobs)
                    await completer.ReleaseAsync(job, stop.IsCancellationRequested ? TimeSpan.Zero : Completer.BackOff());
            }
        }
    }

    private async Task StartAsync(CheckJob job, CancellationToken stop, CancellationToken abort)
    {
        stop.ThrowIfCancellationRequested();
        // An incident state that cannot be read counts as none; the Reconciler compares it with SQL.
        IncidentState.TryDecode(job.RawIncident, out var incident);
        if (!CheckConfig.TryDecode(job.RawConfig, out var config))
        {
            if (!_unreadable.Writer.TryWrite(job))
                await completer.ReleaseAsync(job, Completer.BackOff());
            return;
        }
        (job.Config, job.Incident) = (config, incident);
        if (job.Missed(config.Interval) is > 0 and var missed)
            metrics.MissedSlots.Add(missed);

        if (await slots.TryTakeAsync(job, stop) is not { } slot)
        {
            await completer.ReleaseAsync(job, Completer.BackOff());
            return;
        }
        Interlocked.Increment(ref _running);
        _ = CheckAsync(job, slot, abort);
    }

    private async Task CheckAsync(CheckJob job, SlotPool.Slot slot, CancellationToken abort)
    {
        var took = TimeSpan.Zero;
        try
        {
            var left = job.Clock.Left;
            if (!leases.IsFresh(left))
            {
                // It has waited for too long here: whoever has room now takes it.
                await completer.ReleaseAsync(job, TimeSpan.Zero);
                return;
            }
            if (left < job.Config.Timeout + Margin)
                leases.Keep(job);
            var at = job.Clock.Now;
            var started = time.GetTimestamp();
            var result = await probe.CheckAsync(job.Config, abort);
            // The target's time; what a full result channel adds does not make it a slow one.
            var ended = time.GetTimestamp();
            took = time.GetElapsedTime(started, ended);
            metrics.RecordCheck(result, took);
            await leases.EndAsync(job);
            await results.Writer.WriteAsync(new CheckedJob(job, result, at, started, ended), CancellationToken.None);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            await leases.EndAsync(job);
            await completer.ReleaseAsync(job, TimeSpan.Zero);
        }
        catch (Exception failure)
        {
            LogNotChecked(job.Id, failure);
            await leases.EndAsync(job);
            await completer.ReleaseAsync(job, Completer.BackOff());
        }
        finally
        {
            slots.Return(job, slot, took);
            Ended();
        }
    }

    private void Ended()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _idle.SetResult();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} monitors, {MonitorId} first, have no readable entry in Redis; taking them from SQL")]
    private partial void LogUnreadable(int count, Guid monitorId);

    [LoggerMessage(2, LogLevel.Error, "The check of monitor {MonitorId} could not start; it is given back")]
    private partial void LogNotStarted(Guid monitorId, Exception failure);

    [LoggerMessage(4, LogLevel.Error, "{Count} monitors could not be taken from SQL; they are given back")]
    private partial void LogNotMended(int count, Exception failure);

    [LoggerMessage(3, LogLevel.Error, "The check of monitor {MonitorId} broke off; it is given back")]
    private partial void LogNotChecked(Guid monitorId, Exception failure);
}
