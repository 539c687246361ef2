using System.Runtime.InteropServices;
using Monit.Core.Monitors;

namespace Monit.LoadTest;

/// <summary>
/// The requests in a window. Lag is the time in ms from a monitor's slot to its request. Lags and doubled checks count only
/// monitors whose target succeeds, since retries of the others are due between slots.
/// </summary>
internal sealed record Seen(long Requests, long Missed, long Doubled, int LagP50, int LagP99, int LagMax, int Connections);

/// <summary>The requests of a monitor in a window, unless its target fails.</summary>
/// <param name="First">Unix ms.</param>
internal readonly record struct Arrived(int Count, long First, long Last)
{
    public static Arrived[] Read(string file) => MemoryMarshal.Cast<byte, Arrived>(File.ReadAllBytes(file)).ToArray();
}

/// <summary>Compares requests with the monitors' slots.</summary>
internal sealed class Arrivals
{
    private readonly Lock _lock = new();
    private readonly int _period;
    private readonly int[] _phases;
    private readonly int[] _slots;
    private readonly int[] _lags;
    private readonly Arrived[] _arrived;
    private long _requests;
    private long _onSlot;
    private long _missed;
    private long _doubled;

    public Arrivals(int monitors, TimeSpan interval)
    {
        _period = (int)interval.TotalMilliseconds;
        _phases = [.. Enumerable.Range(0, monitors).Select(index => (int)Cadence.Phase(LoadOptions.Id(index), interval))];
        (_slots, _lags, _arrived) = (new int[monitors], new int[_period], new Arrived[monitors]);
    }

    public void Add(int index, long now, bool isWell)
    {
        if (index >= _phases.Length)
            return;
        var slot = (int)((now - _phases[index]) / _period);
        var lag = (int)((now - _phases[index]) % _period);
        lock (_lock)
        {
            _requests++;
            if (isWell)
            {
                _onSlot++;
                _lags[lag]++;
                ref var own = ref _arrived[index];
                own = new Arrived(own.Count + 1, own.Count == 0 ? now : own.First, now);
            }
            var passed = slot - _slots[index];
            if (_slots[index] != 0 && passed == 0)
                _doubled += isWell ? 1 : 0;
            else if (_slots[index] != 0)
                _missed += passed - 1;
            _slots[index] = slot;
        }
    }

    public void Start()
    {
        lock (_lock)
        {
            (_requests, _onSlot, _missed, _doubled) = (0, 0, 0, 0);
            Array.Clear(_lags);
            Array.Clear(_arrived);
        }
    }

    public Seen Read()
    {
        lock (_lock)
            return new Seen(_requests, _missed, _doubled, Percentile(0.5), Percentile(0.99), Array.FindLastIndex(_lags, count => count > 0), 0);
    }

    /// <summary>Writes what came of each monitor to a file.</summary>
    public void Write(string file)
    {
        lock (_lock)
            File.WriteAllBytes(file, MemoryMarshal.AsBytes(_arrived.AsSpan()));
    }

    private int Percentile(double share)
    {
        var (wanted, sum) = ((long)Math.Ceiling(_onSlot * share), 0L);
        return Array.FindIndex(_lags, count => (sum += count) >= wanted && sum > 0);
    }
}
