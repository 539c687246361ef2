namespace Monit.Core.History;

/// <summary>The checks of a monitor in a time, counted; of its days also those of a month.</summary>
public sealed class CheckTally
{
    /// <summary>All checks, judged or not.</summary>
    public int Checks { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Of the checks that were up.</summary>
    public LatencySketch Latency { get; } = new();

    /// <summary>Counts results as a set: what several of the parts have counts once.</summary>
    /// <param name="parts">Chunks of one monitor, by their start.</param>
    /// <param name="from">The first time that counts, tenths of a second.</param>
    /// <param name="to">The first time that does not any more.</param>
    public static CheckTally Of(IReadOnlyList<IReadOnlyList<ResultPoint>> parts, long from, long to)
    {
        var tally = new CheckTally();
        foreach (var point in AreInOrder(parts) ? parts.SelectMany(part => part) : parts.SelectMany(part => part).Distinct())
            if (point.At >= from && point.At < to)
                tally.Add(point.Code);
        return tally;
    }

    public void Add(byte code)
    {
        Checks++;
        Failed += ResultCode.IsFailure(code) ? 1 : 0;
        Latency.Add(code);
    }

    /// <param name="latency">An encoded <see cref="LatencySketch"/>.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public void Add(int checks, int failed, ReadOnlySpan<byte> latency)
    {
        Checks += checks;
        Failed += failed;
        Latency.Add(LatencySketch.Decode(latency));
    }

    /// <summary>As <see cref="ResultDaySummary.Latency"/>.</summary>
    public byte[] Percentiles() => Latency.Count == 0 ? [] : [.. new[] { 0, 0.5, 0.95, 0.99, 1 }.Select(share => Latency.Code(share)!.Value)];

    // As they nearly always are; then nothing is there twice.
    private static bool AreInOrder(IReadOnlyList<IReadOnlyList<ResultPoint>> parts)
    {
        var last = new ResultPoint(long.MinValue, 0);
        foreach (var part in parts)
            foreach (var point in part)
            {
                if (point.At < last.At || (point.At == last.At && point.Code <= last.Code))
                    return false;
                last = point;
            }
        return true;
    }
}
