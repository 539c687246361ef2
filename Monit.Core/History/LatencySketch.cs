using System.Numerics;

namespace Monit.Core.History;

/// <summary>
/// How often each latency code came: all that percentiles need, in any order. Merging two gives exactly that of all their samples,
/// which no merging of percentiles does.
/// </summary>
public sealed class LatencySketch
{
    // Bits that are written as they are: about as many as the number has.
    private const int LowOfNumber = 4;
    private const int LowOfFirst = 5;

    private readonly long[] _counts = new long[LatencyCode.Count];

    /// <summary>The number of samples.</summary>
    public long Count { get; private set; }

    /// <param name="code">A <see cref="LatencyCode"/>; other codes of results have no latency, and are left out.</param>
    public void Add(byte code, long times = 1)
    {
        if (code >= LatencyCode.Count)
            return;
        _counts[code] += times;
        Count += times;
    }

    public void Add(LatencySketch other)
    {
        for (var code = 0; code < LatencyCode.Count; code++)
            _counts[code] += other._counts[code];
        Count += other.Count;
    }

    /// <summary>The latency that at least this share of the samples does not exceed, ms, within <see cref="LatencyCode.Accuracy"/>; null without samples.</summary>
    /// <param name="share">0 for the least, 1 for the greatest.</param>
    public double? Percentile(double share) => Code(share) is { } code ? LatencyCode.Ms(code) : null;

    /// <summary>The <see cref="LatencyCode"/> of that latency.</summary>
    /// <inheritdoc cref="Percentile" path="/param"/>
    public byte? Code(double share)
    {
        if (Count == 0)
            return null;
        // The nearest rank, from 1.
        var (rank, code) = (Math.Clamp((long)Math.Ceiling(share * Count), 1, Count), 0);
        for (; rank > _counts[code]; code++)
            rank -= _counts[code];
        return (byte)code;
    }

    /// <summary>
    /// The number of codes that came; and for each the distance to the code before, which is mostly 1, and the count, which is mostly of
    /// the size of the count before: about a byte a code for a day, where whole bytes would be two. Empty without samples.
    /// </summary>
    public byte[] Encode()
    {
        if (Count == 0)
            return [];
        var bits = new BitWriter();
        bits.Write((ulong)_counts.Count(count => count > 0) - 1, LowOfNumber);
        for (var (code, last, low) = (0, -1, 0); code < LatencyCode.Count; code++)
        {
            if (_counts[code] == 0)
                continue;
            bits.Write((ulong)(code - last - 1), last < 0 ? LowOfFirst : 0);
            bits.Write((ulong)_counts[code] - 1, low);
            (last, low) = (code, LowAfter(_counts[code]));
        }
        return bits.ToArray();
    }

    /// <exception cref="InvalidDataException">It is not what <see cref="Encode"/> wrote.</exception>
    public static LatencySketch Decode(ReadOnlySpan<byte> bytes)
    {
        var sketch = new LatencySketch();
        if (bytes.IsEmpty)
            return sketch;
        var bits = new BitReader(bytes);
        var left = bits.Read(LowOfNumber);
        for (var (code, low) = (-1L, 0); ; left--)
        {
            code += 1 + (long)Math.Min(bits.Read(code < 0 ? LowOfFirst : 0), LatencyCode.Count);
            var count = bits.Read(low) + 1;
            if (code >= LatencyCode.Count || count > long.MaxValue / LatencyCode.Count)
                throw new InvalidDataException("Not a sketch of latencies.");
            sketch.Add((byte)code, (long)count);
            if (left == 0)
                return bits.IsAtEnd ? sketch : throw new InvalidDataException("Not a sketch of latencies.");
            low = LowAfter((long)count);
        }
    }

    private static int LowAfter(long count) => Math.Max(0, BitOperations.Log2((ulong)count) - 1);
}
