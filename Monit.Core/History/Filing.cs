namespace Monit.Core.History;

/// <summary>Results of a monitor that lie in one window.</summary>
/// <param name="Start">Of the window, tenths of a second.</param>
/// <param name="Interval">Of the monitor when the last of them came, tenths of a second.</param>
/// <param name="Points">In order of time.</param>
public sealed record Window(long Start, long Interval, IReadOnlyList<ResultPoint> Points)
{
    public ResultPoint Last => Points[^1];

    /// <exception cref="InvalidDataException">It is no <see cref="Chunk"/>.</exception>
    public static Window Decode(DateTimeOffset start, ReadOnlySpan<byte> data)
    {
        var at = start.ToUnixTimeMilliseconds() / 100;
        return new(at, Chunk.IntervalOf(data), Chunk.Decode(data, at));
    }

    public DateTimeOffset StartTime => DateTimeOffset.FromUnixTimeMilliseconds(Start * 100);

    public byte[] Encode() => Chunk.Encode(Points, Start, Interval);
}

/// <summary>
/// Where new results of a monitor go: into its open window, whose place a later one takes as time goes on. Filing the same results
/// again changes nothing.
/// </summary>
/// <param name="Open">The newest window with all its results.</param>
/// <param name="Over">Windows that have become complete.</param>
/// <param name="Late">Results from before the window that was open: what a clock that stepped back, or a store that was rolled back, brings.</param>
/// <param name="New">Those that were not there before, without the late ones, in order of time.</param>
public sealed record Filing(Window Open, IReadOnlyList<Window> Over, IReadOnlyList<ResultPoint> Late, IReadOnlyList<ResultPoint> New)
{
    /// <param name="open">Null if there is none yet.</param>
    /// <param name="results">In any order; at least one if there is no window.</param>
    /// <param name="interval">Of the monitor now.</param>
    public static Filing Of(Guid monitor, Window? open, IReadOnlyList<ResultPoint> results, TimeSpan interval)
    {
        var (added, late) = Sort(open, results);
        if (added.Count == 0)
            return new Filing(open!, [], late, added);

        var (length, pace) = (Windows.Length(interval), (long)interval.TotalSeconds * 10);
        var all = Chunk.Merge(open?.Points ?? [], added);
        var windows = new List<Window>(1);
        for (var (first, next) = (0, 0); first < all.Count; first = next)
        {
            var start = Windows.StartOf(monitor, all[first].At, length);
            for (next = first + 1; next < all.Count && all[next].At < start + length; next++) { }
            // One that began when the interval was another keeps its start.
            windows.Add(new Window(open is null ? start : Math.Max(start, open.Start), pace, first == 0 && next == all.Count ? all : [.. all.Skip(first).Take(next - first)]));
        }
        return new Filing(windows[^1], windows[..^1], late, added);
    }

    // Those that are new, in order of time, and among them those before the window.
    private static (IReadOnlyList<ResultPoint> Added, IReadOnlyList<ResultPoint> Late) Sort(Window? open, IReadOnlyList<ResultPoint> results)
    {
        // As they nearly always come.
        var last = open is null ? long.MinValue : open.Last.At;
        if (results.All(point => point.At > last && (last = point.At) == last))
            return (results, []);
        var known = open is null ? [] : open.Points.ToHashSet();
        var added = results.Where(known.Add).OrderBy(point => point.At).ThenBy(point => point.Code).ToList();
        var late = open is null ? 0 : added.FindIndex(point => point.At >= open.Start) is >= 0 and var found ? found : added.Count;
        return (added[late..], added[..late]);
    }
}
