namespace Monit.Worker.Executor;

/// <summary>
/// Measures for how long this process did not get to run: suspended, starved of processor time, or with a thread pool that is
/// full. A check that ran out of time meanwhile may owe that to Monit, and not to its target.
/// </summary>
internal sealed class StallWatch(TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);
    // The longest time-out, and some more.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(90);

    private readonly Lock _lock = new();
    // By their end, as a monotonic timestamp.
    private readonly Queue<(long End, TimeSpan Length)> _stalls = new();
    private long _last = time.GetTimestamp();

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        lock (_lock)
            _last = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                Tick();
        }
        catch (OperationCanceledException)
        {
            // The stage stops.
        }
    }

    /// <summary>How much of the time from a monotonic timestamp until now this process did not run.</summary>
    public TimeSpan Since(long started)
    {
        lock (_lock)
        {
            var sum = Lost(time.GetTimestamp(), started);
            foreach (var (end, length) in _stalls)
                if (end > started)
                    sum += Least(length, time.GetElapsedTime(started, end));
            return sum;
        }

        static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    private void Tick()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (Lost(now, _last) is { Ticks: > 0 } lost)
                _stalls.Enqueue((now, lost));
            while (_stalls.TryPeek(out var oldest) && time.GetElapsedTime(oldest.End, now) > Kept)
                _stalls.Dequeue();
            _last = now;
        }
    }

    // What the current tick is late by, as far as it lies after a timestamp.
    private TimeSpan Lost(long now, long after)
    {
        var late = time.GetElapsedTime(_last, now) - Period;
        if (late < Least)
            return TimeSpan.Zero;
        var since = time.GetElapsedTime(after, now);
        return late < since ? late : since;
    }
}
