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

    /// <summary>The shards asked for, as soon as there are any; none when nobody asked within <paramref name="most"/>.</summary>
    public async Task<IReadOnlyList<int>> TakeAsync(TimeSpan most, CancellationToken stop)
    {
        IReadOnlyList<int> asked = [];
        // A signal may be left over from requests that the last call took along.
        while (asked.Count == 0 && await _signal.WaitAsync(most, stop))
            asked = [.. _shards.Keys.Where(shard => _shards.TryRemove(shard, out _))];
        stop.ThrowIfCancellationRequested();
        return asked;
    }

    public void Dispose() => _signal.Dispose();
}
