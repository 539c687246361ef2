namespace Monit.Core.History;

/// <summary>The checks of a monitor in a time, counted; of its days also those of a month.</summary>
public sealed class CheckTally
{
    /// <summary>All checks, judged or not.</summary>
    public int Checks { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Of the checks that were up.</summary>
    public LatencySketch Latency { get; } = new();

    /// <summary>Counts results as a set: what several of the chunks have counts once.</summary>
    /// <param name="chunks">Of one monitor, by their start, tenths of a second.</param>
    /// <param name="from">The first time that counts, tenths of a second.</param>
    /// <param name="to">The first time that does not any more.</param>
    /// <exception cref="InvalidDataException">One is no chunk.</exception>
    public static CheckTally Of(IReadOnlyList<(long Start, byte[] Data)> chunks, long from, long to)
    {
        var (tally, last) = (new CheckTally(), new ResultPoint(long.MinValue, 0));
        foreach (var (start, data) in chunks)
            foreach (var point in Chunk.Read(data, start))
            {
                // In order, as they nearly always are, nothing is there twice.
                if (point.At < last.At || (point.At == last.At && point.Code <= last.Code))
                    return OfSet(chunks, from, to);
                last = point;
                if (point.At >= from && point.At < to)
                    tally.Add(point.Code);
            }
        return tally;
    }

    private static CheckTally OfSet(IReadOnlyList<(long Start, byte[] Data)> chunks, long from, long to)
    {
        var tally = new CheckTally();
        foreach (var point in chunks.SelectMany(chunk => Chunk.Decode(chunk.Data, chunk.Start)).Distinct())
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
}
