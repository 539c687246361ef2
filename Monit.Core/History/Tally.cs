namespace Monit.Core.History;

/// <summary>
/// Counts checks of any time: single ones, and days and months that have been counted. Percentiles come from the latencies of all of them,
/// never from other percentiles.
/// </summary>
public sealed class Tally
{
    private readonly LatencySketch _latency = new();
    private LatencyFigures _summarised;
    private int _summaries;

    public long Checks { get; private set; }

    public long Failed { get; private set; }

    /// <summary>Whether checks are missing here, since they are no longer kept.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Whether all latencies are here, and not just some percentiles of them.</summary>
    public bool HasAllLatencies => _summaries == 0 && !IsIncomplete;

    public LatencyFigures Latency => (_summaries, _latency.Count) switch
    {
        (0, _) => IsIncomplete ? default : LatencyFigures.Of(_latency),
        (1, 0) => _summarised,
        _ when IsIncomplete => default,
        _ => new(Least(_summarised.Min, _latency.Percentile(0)), null, null, null, Greatest(_summarised.Max, _latency.Percentile(1))),
    };

    public static Tally Sum(IEnumerable<Tally> tallies)
    {
        var sum = new Tally();
        foreach (var tally in tallies)
            sum.Add(tally);
        return sum;
    }

    public static Tally Of(ResultDay day) => Of(day.Checks, day.Failed, LatencySketch.Decode(day.Latency));

    public static Tally Of(ResultMonth month) => Of(month.Checks, month.Failed, LatencySketch.Decode(month.Latency));

    public static Tally Of(ResultDaySummary day)
    {
        var tally = Of(day.Checks, day.Failed, new LatencySketch());
        (tally._summaries, tally._summarised) = day.Latency.Length == 0 ? default : (1, LatencyFigures.Of(day.Latency));
        return tally;
    }

    public void Add(ResultPoint result)
    {
        Checks++;
        Failed += ResultCode.IsFailure(result.Code) ? 1 : 0;
        _latency.Add(result.Code);
    }

    public void Add(Tally other)
    {
        Checks += other.Checks;
        Failed += other.Failed;
        IsIncomplete |= other.IsIncomplete;
        _latency.Add(other._latency);
        if (other._summaries == 0)
            return;
        _summarised = _summaries == 0 ? other._summarised
            : new(Least(_summarised.Min, other._summarised.Min), null, null, null, Greatest(_summarised.Max, other._summarised.Max));
        _summaries += other._summaries;
    }

    /// <summary>Says that checks are missing.</summary>
    public void AddMissing() => IsIncomplete = true;

    private static Tally Of(int checks, int failed, LatencySketch latency)
    {
        var tally = new Tally { Checks = checks, Failed = failed };
        tally._latency.Add(latency);
        return tally;
    }

    private static double? Least(double? one, double? other) => one is null || other < one ? other ?? one : one;

    private static double? Greatest(double? one, double? other) => one is null || other > one ? other ?? one : one;
}
