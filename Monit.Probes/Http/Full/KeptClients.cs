using System.Diagnostics.CodeAnalysis;

namespace Monit.Probes.Http.Full;

/// <summary>
/// Clients with an open connection, for the next check with the same settings: at most one minute idle and ten minutes old, and no more
/// than concurrent checks.
/// </summary>
internal sealed class KeptClients : IDisposable
{
    // As in the fast engine.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<ClientKey, List<FullClient>> _idle = [];
    private readonly TimeProvider _time;
    private readonly int _limit;
    private readonly ITimer _sweep;
    private int _count;

    public KeptClients(int limit, TimeProvider time)
    {
        (_limit, _time) = (limit, time);
        _sweep = time.CreateTimer(_ => Sweep(), null, MaxIdle / 4, MaxIdle / 4);
    }

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    public FullClient? Take(ClientKey key)
    {
        while (TryPop(key, out var client))
        {
            if (client.IsOpen && _time.GetElapsedTime(client.Used) < MaxIdle)
                return client;
            client.Dispose();
        }
        return null;
    }

    /// <summary>Keeps a client whose response was read to its end, or closes it.</summary>
    public void Return(FullClient client)
    {
        if (client.IsOpen && _time.GetElapsedTime(client.Opened) < MaxAge)
        {
            client.Used = _time.GetTimestamp();
            lock (_lock)
            {
                if (_count < _limit)
                {
                    _count++;
                    if (!_idle.TryGetValue(client.Key, out var kept))
                        _idle.Add(client.Key, kept = []);
                    kept.Add(client);
                    return;
                }
            }
        }
        client.Dispose();
    }

    public void Dispose()
    {
        _sweep.Dispose();
        lock (_lock)
            _idle.Values.SelectMany(kept => kept).ToList().ForEach(client => client.Dispose());
    }

    private bool TryPop(ClientKey key, [NotNullWhen(true)] out FullClient? client)
    {
        lock (_lock)
        {
            client = null;
            if (!_idle.TryGetValue(key, out var kept))
                return false;
            client = kept[^1];
            kept.RemoveAt(kept.Count - 1);
            _count--;
            if (kept.Count == 0)
                _idle.Remove(key);
            return true;
        }
    }

    private void Sweep()
    {
        var old = new List<FullClient>();
        lock (_lock)
        {
            foreach (var (key, kept) in _idle)
            {
                old.AddRange(kept.Where(IsOld));
                kept.RemoveAll(IsOld);
                if (kept.Count == 0)
                    _idle.Remove(key);
            }
            _count -= old.Count;
        }
        old.ForEach(client => client.Dispose());

        bool IsOld(FullClient client) => !client.IsOpen || _time.GetElapsedTime(client.Used) >= MaxIdle;
    }
}
