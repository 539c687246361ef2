using Monit.Core.Monitors;

namespace Monit.Core.History;

/// <summary>
/// The windows of time into which a monitor's results are packed: about 60 checks each, an hour at most. Those of all lengths begin on one
/// grid of the monitor's own, every five minutes from a second that its id gives, so that chunks of all monitors are spread evenly,
/// and each is found by its key whatever the interval was. Times are in tenths of a second since the Unix epoch.
/// </summary>
public static class Windows
{
    /// <summary>Tenths of a second between two places where a window may begin.</summary>
    public const long Grid = 5 * Minute;

    /// <summary>The longest window, tenths of a second.</summary>
    public const long Longest = 60 * Minute;

    /// <summary>Monitors are in a slice each, whose windows begin at the same second of the grid.</summary>
    public const int Slices = (int)(Grid / Second);

    private const long Second = 10;
    private const long Minute = 60 * Second;

    /// <summary>Of a monitor, 0..<see cref="Slices"/> − 1.</summary>
    public static int SliceOf(Guid monitor) => (int)(Offset(monitor) % Grid / Second);

    /// <summary>The length of a window; each divides the next longer one.</summary>
    /// <param name="interval">Of the monitor.</param>
    public static long Length(TimeSpan interval) => interval.TotalSeconds switch
    {
        <= 5 => 5 * Minute,
        <= 10 => 10 * Minute,
        <= 30 => 30 * Minute,
        _ => Longest,
    };

    /// <summary>The start of the window that a time is in.</summary>
    public static long StartOf(Guid monitor, long at, long length) => at - Modulo(at - Offset(monitor), length);

    /// <summary>All places of the grid where a window may begin that has results from <paramref name="from"/> up to, not with, <paramref name="to"/>.</summary>
    /// <param name="length">The length of all windows, if it is known; otherwise <see cref="Grid"/>, and <paramref name="from"/> an hour sooner.</param>
    public static IEnumerable<long> Starts(Guid monitor, long from, long to, long length)
    {
        for (var start = StartOf(monitor, from, length); start < to; start += length)
            yield return start;
    }

    /// <summary>All places of the grid where a window of a slice's monitors may begin that has results from <paramref name="from"/> up to, not with, <paramref name="to"/>.</summary>
    public static IEnumerable<long> StartsOf(int slice, long from, long to)
    {
        var first = from - Longest + 1;
        for (var start = first + Modulo(slice * Second - first, Grid); start < to; start += Grid)
            yield return start;
    }

    // Bits of the hash that neither the shard nor, but for short intervals, the slots depend on.
    private static long Offset(Guid monitor) => (long)(Cadence.Hash(monitor) >> 20 & 0xffff_ffff) % (Longest / Second) * Second;

    private static long Modulo(long number, long of) => (number % of + of) % of;
}
