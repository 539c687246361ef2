namespace Monit.Worker.Jobs;

/// <summary>Makes the Scheduler claim at once instead of at its next tick: after the Reconciler has added due monitors.</summary>
internal sealed class ClaimWake(TimeProvider time) : IDisposable
{
    private readonly Signal _signal = new(time);

    public void Set() => _signal.Set();

    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken stop) => _signal.WaitAsync(timeout, stop);

    public void Dispose() => _signal.Dispose();
}
