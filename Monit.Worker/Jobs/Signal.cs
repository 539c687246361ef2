namespace Monit.Worker.Jobs;

/// <summary>An auto-reset event: however often it is set, it completes one wait.</summary>
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

    /// <summary>True once set; false after <paramref name="timeout"/>, or when <paramref name="stop"/> is cancelled.</summary>
    public async Task<bool> WaitAsync(TimeSpan timeout, CancellationToken stop)
    {
        if (timeout <= TimeSpan.Zero)
            return false;
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
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
