using System.Collections.Concurrent;

namespace Monit.Worker.Reconciler;

/// <summary>Shards that somebody found unbuilt, or a connection that came back: a sweep is wanted at once.</summary>
internal sealed class SweepRequests(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<int, bool> _shards = new();
    private readonly Signal _signal = new(time);

    public void Request(int shard)
    {
        _shards[shard] = true;
        _signal.Set();
    }

    /// <summary>The shards asked for, once there are any or after <paramref name="most"/>; then none are.</summary>
    public async Task<IReadOnlyList<int>> TakeAsync(TimeSpan most, CancellationToken stop)
    {
        await _signal.WaitAsync(most, stop);
        stop.ThrowIfCancellationRequested();
        return [.. _shards.Keys.Where(shard => _shards.TryRemove(shard, out _))];
    }

    public void Dispose() => _signal.Dispose();
}
