namespace Monit.Core.History;

/// <summary>The result of one check.</summary>
/// <param name="At">When it began, in tenths of a second since the Unix epoch.</param>
/// <param name="Code">A <see cref="ResultCode"/>.</param>
public readonly record struct ResultPoint(long At, byte Code);

/// <summary>
/// The results of one monitor within a window of time, as SQL keeps them: first a version and where the checks ran, then the time of the first
/// relative to the window, then for each the code and how much its distance to the one before differs from the interval, which is mostly nothing or
/// little: 1.0 to 2 bytes a check. Equal times and codes are one result, so merging a chunk with itself changes nothing.
/// </summary>
public static class Chunk
{
    private const byte Version = 1;

    // The only place where checks run. Its byte is kept for others; to this version a chunk of theirs is one of a later version.
    private const byte Here = 0;

    /// <param name="points">In order of time.</param>
    /// <param name="start">Of the window, tenths of a second.</param>
    /// <param name="interval">Of the monitor, tenths of a second.</param>
    public static byte[] Encode(IReadOnlyList<ResultPoint> points, long start, long interval)
    {
        var bytes = new List<byte>(8 + 2 * points.Count) { Version, Here };
        Varint.Write(bytes, (ulong)interval);
        for (var (n, last) = (0, start - interval); n < points.Count; n++)
        {
            var (at, code) = points[n];
            bytes.Add(code);
            Varint.Write(bytes, Varint.ZigZag(at - last - interval));
            last = at;
        }
        return [.. bytes];
    }

    /// <summary>The interval of the monitor when the last result came, tenths of a second.</summary>
    /// <inheritdoc cref="Decode" path="/exception"/>
    public static long IntervalOf(ReadOnlySpan<byte> bytes) => ReadHead(ref bytes);

    /// <exception cref="InvalidDataException">It is not what <see cref="Encode"/> wrote, or of a later version.</exception>
    public static IReadOnlyList<ResultPoint> Decode(ReadOnlySpan<byte> bytes, long start)
    {
        var points = new List<ResultPoint>();
        foreach (var point in Read(bytes, start))
            points.Add(point);
        return points;
    }

    /// <summary>The same, one result after the other: for whoever only counts.</summary>
    /// <inheritdoc cref="Decode" path="/exception"/>
    public static Reader Read(ReadOnlySpan<byte> bytes, long start) => new(bytes, start);

    /// <summary>Reads the results of a chunk.</summary>
    public ref struct Reader
    {
        private readonly long _interval;
        private ReadOnlySpan<byte> _bytes;
        private long _last;

        internal Reader(ReadOnlySpan<byte> bytes, long start)
        {
            _interval = ReadHead(ref bytes);
            _bytes = bytes;
            _last = start - _interval;
        }

        public ResultPoint Current { get; private set; }

        public readonly Reader GetEnumerator() => this;

        /// <inheritdoc cref="Decode" path="/exception"/>
        public bool MoveNext()
        {
            if (_bytes.IsEmpty)
                return false;
            var code = _bytes[0];
            _bytes = _bytes[1..];
            _last += _interval + Varint.UnZigZag(Varint.Read(ref _bytes));
            Current = new ResultPoint(_last, code);
            return true;
        }
    }

    private static long ReadHead(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes is not [Version, Here, ..])
            throw new InvalidDataException("Not a chunk of results.");
        bytes = bytes[2..];
        return (long)Varint.Read(ref bytes);
    }

    /// <summary>Both as a set: what a store that was rolled back, or a clock that stepped, has recorded twice, counts once. Each is in order of time.</summary>
    public static IReadOnlyList<ResultPoint> Merge(IReadOnlyList<ResultPoint> one, IReadOnlyList<ResultPoint> other) =>
        one.Count == 0 || other.Count == 0 || one[^1].At < other[0].At ? [.. one, .. other]
        : [.. one.Union(other).OrderBy(point => point.At).ThenBy(point => point.Code)];
}
