namespace Monit.Worker;

/// <summary>A wake-up call: set any number of times, it wakes one wait.</summary>
internal sealed class Signal(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    /// <summary>True once set; false after <paramref name="most"/>, or when <paramref name="stop"/> is cancelled.</summary>
    public async Task<bool> WaitAsync(TimeSpan most, CancellationToken stop)
    {
        if (most <= TimeSpan.Zero)
            return false;
        using var timeout = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            await _set.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _set.Dispose();
}
