using System.Collections.Concurrent;
using Monit.Core.Checks;
using Monit.Probes.Network;

namespace Monit.Probes.Runs;

/// <summary>The time limit of one check, and the clock of its phases.</summary>
internal sealed class ProbeRun : CancellationTokenSource
{
    private readonly TimeProvider _time;
    private readonly CancellationToken _abort;
    private readonly CancellationTokenRegistration _aborting;
    private readonly Pool _pool;
    private int _held;
    private TimeSpan _timeout;
    private long _started;

    private ProbeRun(Pool pool, TimeProvider time, CancellationToken abort)
    {
        (_pool, _time, _abort) = (pool, time, abort);
        _aborting = abort.UnsafeRegister(static run => ((ProbeRun)run!).Cancel(), this);
        Clock = new PhaseClock(time);
    }

    public PhaseClock Clock { get; }

    /// <summary>Whether the time limit has ended it, and nothing else.</summary>
    public bool HasTimedOut => IsCancellationRequested && !_abort.IsCancellationRequested;

    /// <summary>Shortens the time limit: from now on at most so long.</summary>
    public void Limit(TimeSpan rest)
    {
        if (rest < _timeout - _time.GetElapsedTime(_started))
            CancelAfter(rest);
    }

    /// <summary>Counts memory for what this check keeps of an answer, until the check ends.</summary>
    /// <exception cref="ExhaustedException">All checks together would keep too much.</exception>
    public void Hold(int bytes)
    {
        _held += bytes;
        if (Interlocked.Add(ref _pool.Held, bytes) > _pool.MostHeld)
            throw new ExhaustedException("memory");
    }

    public Observation Answered(int httpStatus) => Clock.Stop(null, httpStatus);

    public Observation Failed(FailureReason reason, FailureKind kind, int? httpStatus = null) => Failed(new Failure(reason, kind), httpStatus);

    public Observation Failed(Failure failure, int? httpStatus = null) => Clock.Stop(failure, httpStatus);

    /// <summary>What an exception says about the target; null if nothing, as it is a defect of Monit.</summary>
    /// <exception cref="OperationCanceledException">The check was aborted.</exception>
    /// <exception cref="ExhaustedException">Monit itself has run out of something.</exception>
    public Failure? Explain(Exception failure)
    {
        _abort.ThrowIfCancellationRequested();
        // Even after the time limit, which the lack may have used up.
        if (Exhaustion.Of(failure) is { } resource)
            throw new ExhaustedException(resource, failure);
        return IsCancellationRequested ? new Failure(FailureReason.Timeout, FailureKind.Retryable) : FailureClassifier.Classify(failure);
    }

    protected override void Dispose(bool disposing)
    {
        _aborting.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Uses runs again, which saves a registration with the abort token for each check.</summary>
    /// <param name="mostHeld">The bytes that all checks together may <see cref="Hold"/>.</param>
    internal sealed class Pool(TimeProvider time, long mostHeld)
    {
        private readonly ConcurrentQueue<ProbeRun> _idle = [];

        /// <summary>What running checks hold, in bytes.</summary>
        public long Held;

        public long MostHeld => mostHeld;

        public ProbeRun Start(TimeSpan timeout, CancellationToken abort)
        {
            if (_idle.TryDequeue(out var run) && run._abort != abort)
            {
                // It would stay registered with its token, of whatever lifetime.
                run.Dispose();
                run = null;
            }
            run ??= new ProbeRun(this, time, abort);
            (run._timeout, run._started) = (timeout, time.GetTimestamp());
            run.Clock.Start();
            run.CancelAfter(timeout);
            return run;
        }

        public void End(ProbeRun run)
        {
            if (run._held > 0)
                Interlocked.Add(ref Held, -run._held);
            run._held = 0;
            if (run.TryReset())
                _idle.Enqueue(run);
            else
                run.Dispose();
        }
    }
}
