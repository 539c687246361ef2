namespace Monit.Core.History;

/// <summary>
/// A latency in one byte: every ms up to <see cref="ExactTo"/>, and from there on buckets up to a minute, whose value is within
/// <see cref="Accuracy"/> of each latency in it. A higher code is a longer latency, so codes sort and count like latencies.
/// </summary>
public static class LatencyCode
{
    /// <summary>The number of codes: 0 to 243.</summary>
    public const int Count = 244;

    /// <summary>Ms up to which a code is one latency.</summary>
    public const int ExactTo = 53;

    /// <summary>The longest latency that has a bucket, ms, which is the longest time-out; longer ones count as this one.</summary>
    public const int Longest = 60_000;

    /// <summary>The largest relative difference between a latency and the value of its code.</summary>
    public const double Accuracy = 0.0179;

    // The first ms of each bucket; one more, for the end of the last.
    private static readonly int[] Starts = Bounds();
    private static readonly double[] Values = [.. Enumerable.Range(0, Count).Select(ValueOf)];

    /// <param name="ms">At least 0.</param>
    public static byte Of(long ms)
    {
        if (ms <= ExactTo)
            return (byte)Math.Max(0, ms);
        var found = Array.BinarySearch(Starts, (int)Math.Min(ms, Longest));
        return (byte)(found >= 0 ? found : ~found - 1);
    }

    /// <summary>The latency that a code stands for, ms.</summary>
    /// <param name="code">Below <see cref="Count"/>.</param>
    public static double Ms(byte code) => Values[code];

    // Each bucket is as wide as the accuracy allows.
    private static int[] Bounds()
    {
        var bounds = new int[Count + 1];
        for (var code = 1; code < Count; code++)
            bounds[code] = code <= ExactTo + 1 ? code : (int)(bounds[code - 1] * (1 + Accuracy) / (1 - Accuracy)) + 1;
        bounds[Count] = Longest + 1;
        return bounds;
    }

    // The value with the same relative distance to both ends.
    private static double ValueOf(int code)
    {
        var (first, last) = ((double)Starts[code], Starts[code + 1] - 1d);
        return first == last ? first : 2 * first * last / (first + last);
    }
}
