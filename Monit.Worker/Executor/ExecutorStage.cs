using System.Threading.Channels;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Probes.Network;
using Monit.Probes.Runs;
using Monit.Storage.Sync;
using Monit.Worker.Completer;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Executor;

/// <summary>
/// Stage 2: each worker takes a job, waits for an HTTP permit, starts the check without awaiting its end, and takes the
/// next job. No job can end a worker or make it wait for SQL.
/// </summary>
internal sealed partial class ExecutorStage(
    JobQueue jobs,
    ResultChannel results,
    ProbeRegistry probes,
    PermitPool permits,
    CompleterStage completer,
    LeaseKeeper leases,
    Owners owners,
    StallWatch stalls,
    Shortages shortages,
    CheckErrors errors,
    ConfigReader configs,
    GoodChecks goodChecks,
    MonitorSync sync,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<ExecutorStage> logger)
{
    /// <summary>A lease with less than the check's time-out plus this margin left is renewed while the check runs.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private const int MaxUnreadable = 500;

    private readonly Channel<CheckJob> _unreadable = Channel.CreateBounded<CheckJob>(new BoundedChannelOptions(10 * MaxUnreadable) { SingleReader = true });
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1;

    /// <summary>Returns when the job channel is completed and every check has ended.</summary>
    /// <param name="stop">Jobs that have not started are released.</param>
    /// <param name="abort">Running checks are aborted and their jobs released.</param>
    public async Task RunAsync(int workers, CancellationToken stop, CancellationToken abort)
    {
        metrics.ObservePermits("all", () => permits.Used, permits.Limit);
        metrics.ObservePermits("suspects", () => permits.Suspects.Used, permits.Suspects.Limit);
        metrics.ObservePermits("new", () => permits.Fresh.Used, permits.Fresh.Limit);
        if (FileLimit.Files is { } files && permits.Limit == FileLimit.Permits(files))
            LogFewFiles(files, permits.Limit);
        using var idle = new CancellationTokenSource();
        var keeping = Task.WhenAll(leases.RunAsync(idle.Token), owners.RunAsync(idle.Token), stalls.RunAsync(idle.Token));
        var repairing = RepairAsync(stop);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(stop, abort)));
        _unreadable.Writer.Complete();
        await repairing;
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
                await completer.ReleaseAsync(job, stop.IsCancellationRequested ? TimeSpan.Zero : CompleterStage.BackOff());
            }
        }
    }

    // Configurations that are missing from Redis or cannot be read are written again from SQL; deleted monitors are removed.
    private async Task RepairAsync(CancellationToken stop)
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
                    LogNotRepaired(jobs.Count, failure);
                foreach (var job in jobs)
                    await completer.ReleaseAsync(job, stop.IsCancellationRequested ? TimeSpan.Zero : CompleterStage.BackOff());
            }
        }
    }

    private async Task StartAsync(CheckJob job, CancellationToken stop, CancellationToken abort)
    {
        stop.ThrowIfCancellationRequested();
        // An incident state that cannot be read counts as none; the Reconciler compares it with SQL.
        IncidentState.TryDecode(job.RawIncident, out var incident);
        job.Incident = incident;
        if (!configs.TryRead(job))
        {
            if (!_unreadable.Writer.TryWrite(job))
                await completer.ReleaseAsync(job, CompleterStage.BackOff());
            return;
        }
        if (job.Missed(job.Config.Interval) is > 0 and var missed)
        {
            metrics.MissedSlots.Add(missed);
            metrics.Done.Missed(missed);
        }
        if (job.Trouble is { } trouble)
        {
            await NotCheckedAsync(job, job.Clock.Now, time.GetTimestamp(), trouble);
            return;
        }

        if (await permits.TryAcquireAsync(job, stop) is not { } permit)
        {
            shortages.Report("slots");
            await completer.ReleaseAsync(job, CompleterStage.BackOff());
            return;
        }
        Interlocked.Increment(ref _running);
        _ = CheckAsync(job, permit, abort);
    }

    private async Task CheckAsync(CheckJob job, PermitPool.Permit permit, CancellationToken abort)
    {
        TimeSpan? took = null;
        var (at, started, madeRoom) = (0L, 0L, false);
        using var giveUp = permits.IsNew(permit) ? CancellationTokenSource.CreateLinkedTokenSource(abort) : null;
        try
        {
            var left = job.Clock.Left;
            if (!leases.IsFresh(left))
            {
                // It has waited too long for a permit; a worker with free permits can claim it.
                await completer.ReleaseAsync(job, TimeSpan.Zero);
                return;
            }
            if (left < job.Config.Timeout + Margin)
                leases.Keep(job);
            (at, started) = (job.Clock.Now, time.GetTimestamp());
            job.IsSample = goodChecks.Wants(job.Id);
            // What opens or closes an incident is kept with its answer.
            var withAnswer = job.IsSample || !job.Incident.IsHealthy;
            // What follows may run on the thread that serves the sockets of all checks: nothing here judges.
            var isNew = giveUp is null ? null : probes.RunAsync(job.Config, withAnswer, giveUp.Token).AsTask();
            madeRoom = isNew is not null && await IsSlowAsync(isNew) && !permits.TrySuspect(ref permit);
            if (madeRoom)
                await giveUp!.CancelAsync();
            var seen = isNew is null ? await probes.RunAsync(job.Config, withAnswer, abort) : await isNew;
            // Measured before the result channel, whose waiting time must not mark the target as slow.
            var ended = time.GetTimestamp();
            took = time.GetElapsedTime(started, ended);
            if (IsOurs(job.Config, seen, started))
                throw new ExhaustedException("processor");
            if (!results.HasRoomFor(seen))
                throw new ExhaustedException("memory");
            await leases.EndAsync(job);
            await results.WriteAsync(new ObservedJob(job, seen, at, started, ended));
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            await leases.EndAsync(job);
            await completer.ReleaseAsync(job, TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (madeRoom)
        {
            // It comes again as a suspect: new monitors that answer must not wait until silent ones have timed out.
            took = PermitPool.Slow;
            shortages.Report("slots");
            await leases.EndAsync(job);
            await completer.ReleaseAsync(job, CompleterStage.BackOff());
        }
        catch (ExhaustedException shortage)
        {
            shortages.Report(shortage.Resource);
            await leases.EndAsync(job);
            await completer.ReleaseAsync(job, CompleterStage.BackOff());
        }
        catch (Exception failure)
        {
            await leases.EndAsync(job);
            await FailedAsync(job, at, started, failure);
        }
        finally
        {
            permits.Release(job, permit, took);
            Ended();
        }
    }

    private async Task<bool> IsSlowAsync(Task check)
    {
        await check.WaitAsync(PermitPool.Slow, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !check.IsCompleted;
    }

    // Whether it failed, or was slow, because this process did not get to run. A fifth of a time-out may make the difference for a
    // target that answers slowly; one that breaks the connection does so if Monit is silent for a whole one.
    private bool IsOurs(CheckConfig spec, in Observation seen, long started)
    {
        if (seen.Failure is not { } failure)
            return seen.Total > spec.LatencyThreshold && seen.Total - stalls.Since(started) <= spec.LatencyThreshold;
        var patience = failure.Reason is FailureReason.Timeout or FailureReason.NetworkTimeout ? 0.2 : 1;
        return stalls.Since(started) > spec.Timeout * patience;
    }

    private Task FailedAsync(CheckJob job, long at, long started, Exception failure)
    {
        var (isFirst, giveUp) = errors.Failed(job.Id);
        if (isFirst)
            LogNotChecked(job.Id, failure);
        return EndUncheckedAsync(job, at, started, null, giveUp);
    }

    // Given back at first: the keys may be a moment away.
    private Task NotCheckedAsync(CheckJob job, long at, long started, string trouble) =>
        EndUncheckedAsync(job, at, started, trouble, errors.Failed(job.Id).GiveUp);

    private async Task EndUncheckedAsync(CheckJob job, long at, long started, string? detail, bool giveUp)
    {
        if (!giveUp)
        {
            await completer.ReleaseAsync(job, CompleterStage.BackOff());
            return;
        }
        var ended = time.GetTimestamp();
        var seen = new Observation(new Failure(FailureReason.CheckError, FailureKind.NotJudged, detail), null, time.GetElapsedTime(started, ended), default);
        await results.WriteAsync(new ObservedJob(job, seen, at, started, ended));
    }

    private void Ended()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _idle.SetResult();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} monitors ({MonitorId} first) have no readable entry in Redis; reading them from SQL")]
    private partial void LogUnreadable(int count, Guid monitorId);

    [LoggerMessage(2, LogLevel.Error, "The check of monitor {MonitorId} could not start; its job is released")]
    private partial void LogNotStarted(Guid monitorId, Exception failure);

    [LoggerMessage(4, LogLevel.Error, "{Count} monitors could not be read from SQL; their jobs are released")]
    private partial void LogNotRepaired(int count, Exception failure);

    [LoggerMessage(5, LogLevel.Warning, "The limit of open files ({Files}) leaves room for {Checks} checks at once; raise it (ulimit -n) to allow more")]
    private partial void LogFewFiles(int files, int checks);

    [LoggerMessage(3, LogLevel.Error, "The check of monitor {MonitorId} failed with an internal error; after some tries it is shown as CHECK_ERROR, without an incident. Please report this")]
    private partial void LogNotChecked(Guid monitorId, Exception failure);
}
