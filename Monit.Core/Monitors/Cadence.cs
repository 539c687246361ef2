using System.IO.Hashing;

namespace Monit.Core.Monitors;

/// <summary>
/// When a monitor is due, as a function of its id: at every instant ≡ hash(id) modulo its interval.
/// Nothing to store, no drift, and monitors spread evenly over their interval. Times are Unix milliseconds.
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

    /// <summary>The monitor's place within its interval, 0..interval − 1 ms.</summary>
    public static long Phase(Guid id, TimeSpan interval) => (long)(Hash(id) % (ulong)interval.TotalMilliseconds);

    /// <summary>The first slot strictly after <paramref name="now"/>.</summary>
    public static long Next(Guid id, long now, TimeSpan interval)
    {
        var period = (long)interval.TotalMilliseconds;
        var wait = (Phase(id, interval) - (now + 1)) % period;
        return now + 1 + (wait < 0 ? wait + period : wait);
    }

    /// <summary>Slots after <paramref name="due"/> that have gone by at <paramref name="now"/> without a check.</summary>
    public static long Missed(Guid id, long due, long now, TimeSpan interval) =>
        now <= due ? 0 : Math.Max(0, (Next(id, now, interval) - Next(id, due, interval)) / (long)interval.TotalMilliseconds);
}
