using System.IO.Hashing;

namespace Monit.Core.Monitors;

/// <summary>
/// Computes a monitor's slots, the regular times at which it is due: all instants ≡ hash(id) modulo its interval. Nothing is
/// stored, slots do not drift, and monitors are spread evenly over their interval. Times are Unix milliseconds.
/// </summary>
public static class Cadence
{
    /// <summary>XxHash3 of the id's 16 bytes in network order.</summary>
    public static ulong Hash(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return XxHash3.HashToUInt64(bytes);
    }

    /// <summary>The offset of the monitor's slots within its interval, 0..interval − 1 ms.</summary>
    public static long Phase(Guid id, TimeSpan interval) => (long)(Hash(id) % (ulong)interval.TotalMilliseconds);

    /// <summary>The first slot strictly after <paramref name="now"/>.</summary>
    public static long Next(Guid id, long now, TimeSpan interval)
    {
        var period = (long)interval.TotalMilliseconds;
        var wait = (Phase(id, interval) - (now + 1)) % period;
        return now + 1 + (wait < 0 ? wait + period : wait);
    }

    /// <summary>The number of slots after <paramref name="due"/> that have passed by <paramref name="now"/>.</summary>
    public static long Missed(Guid id, long due, long now, TimeSpan interval) =>
        now <= due ? 0 : Math.Max(0, (Next(id, now, interval) - Next(id, due, interval)) / (long)interval.TotalMilliseconds);
}
