using System.Collections.Concurrent;

namespace Monit.Worker.Jobs;

/// <summary>Shards to sweep at once, because they are not marked as built or the connection to Redis was restored.</summary>
internal sealed class SweepRequests(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<int, bool> _shards = new();
    private readonly Signal _signal = new(time);

    public void Request(int shard)
    {
        _shards[shard] = true;
        _signal.Set();
    }

    /// <summary>Waits for requests and returns their shards; empty if there were none within <paramref name="timeout"/>.</summary>
    public async Task<IReadOnlyList<int>> TakeAsync(TimeSpan timeout, CancellationToken stop)
    {
        IReadOnlyList<int> requested = [];
        // The signal may still be set for requests that the last call has returned already.
        while (requested.Count == 0 && await _signal.WaitAsync(timeout, stop))
            requested = [.. _shards.Keys.Where(shard => _shards.TryRemove(shard, out _))];
        stop.ThrowIfCancellationRequested();
        return requested;
    }

    public void Dispose() => _signal.Dispose();
}
