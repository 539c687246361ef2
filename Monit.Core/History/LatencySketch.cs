namespace Monit.Core.History;

/// <summary>
/// How often each latency code came: all that percentiles need, in any order. Merging two gives exactly that of all their samples,
/// which no merging of percentiles does.
/// </summary>
public sealed class LatencySketch
{
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
    public double? Percentile(double share)
    {
        if (Count == 0)
            return null;
        // The nearest rank, from 1.
        var (rank, code) = (Math.Clamp((long)Math.Ceiling(share * Count), 1, Count), 0);
        for (; rank > _counts[code]; code++)
            rank -= _counts[code];
        return LatencyCode.Ms((byte)code);
    }

    /// <summary>Pairs of the distance to the code before and a count, as variable-length numbers.</summary>
    public byte[] Encode()
    {
        var bytes = new List<byte>();
        for (var (code, last) = (0, -1); code < LatencyCode.Count; code++)
        {
            if (_counts[code] == 0)
                continue;
            Varint.Write(bytes, (ulong)(code - last - 1));
            Varint.Write(bytes, (ulong)_counts[code]);
            last = code;
        }
        return [.. bytes];
    }

    /// <exception cref="InvalidDataException">It is not what <see cref="Encode"/> wrote.</exception>
    public static LatencySketch Decode(ReadOnlySpan<byte> bytes)
    {
        var sketch = new LatencySketch();
        for (var code = -1L; !bytes.IsEmpty;)
        {
            code += 1 + (long)Math.Min(Varint.Read(ref bytes), LatencyCode.Count);
            var count = Varint.Read(ref bytes);
            if (code >= LatencyCode.Count || count is 0 or > long.MaxValue / LatencyCode.Count)
                throw new InvalidDataException("Not a sketch of latencies.");
            sketch.Add((byte)code, (long)count);
        }
        return sketch;
    }
}
