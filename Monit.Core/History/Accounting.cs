namespace Monit.Core.History;

/// <summary>What an instant of a monitor's life counts as: the first of these that holds.</summary>
public enum LifeState : byte
{
    Paused,
    Maintenance,
    Unknown,
    Down,
    Up,
}

/// <summary>A time from one instant up to, but not with, another.</summary>
public readonly record struct Span(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To > From ? To - From : TimeSpan.Zero;

    /// <summary>Whether some of it, if only its beginning, is in another.</summary>
    public bool Touches(Span other) => From < other.To && (To > other.From || From >= other.From);

    public Span Within(Span other) => new(From > other.From ? From : other.From, To < other.To ? To : other.To);
}

/// <summary>How long a monitor was in each state.</summary>
public readonly record struct Availability(TimeSpan Up, TimeSpan Down, TimeSpan Unknown, TimeSpan Maintenance, TimeSpan Paused)
{
    /// <summary>The share of the time that counts in which it was up, 0..1; null where nothing is known.</summary>
    public double? Uptime => Up + Down is var known && known > TimeSpan.Zero ? Up / known : null;

    public static Availability operator +(in Availability one, in Availability other) => new(
        one.Up + other.Up, one.Down + other.Down, one.Unknown + other.Unknown, one.Maintenance + other.Maintenance, one.Paused + other.Paused);

    internal Availability Plus(LifeState state, TimeSpan time) => state switch
    {
        LifeState.Paused => this with { Paused = Paused + time },
        LifeState.Maintenance => this with { Maintenance = Maintenance + time },
        LifeState.Unknown => this with { Unknown = Unknown + time },
        LifeState.Down => this with { Down = Down + time },
        _ => this with { Up = Up + time },
    };
}

/// <summary>What is recorded of a monitor, in any order; spans of a kind may overlap, and one that has not ended reaches to the end of time.</summary>
/// <param name="Life">From its creation, or from when history is kept; what is outside counts as nothing.</param>
/// <param name="Down">The incidents in which it was down, from the first failed check to the one that saw recovery.</param>
public sealed record Recorded(
    Span Life, IReadOnlyList<Span> Paused, IReadOnlyList<Span> Maintenance, IReadOnlyList<Span> Unknown, IReadOnlyList<Span> Down);

/// <summary>
/// Accounts for a monitor's time: each instant of its life is exactly one <see cref="LifeState"/>. Pure, and by time, not by checks.
/// </summary>
public static class Accounting
{
    /// <summary>How long it was in each state within a range.</summary>
    public static Availability Of(Recorded recorded, Span range) => Of(recorded, [range])[0];

    /// <summary>The same for several ranges, each of which begins no sooner than the one before ends.</summary>
    public static IReadOnlyList<Availability> Of(Recorded recorded, IReadOnlyList<Span> ranges)
    {
        var sums = new Availability[ranges.Count];
        var n = 0;
        foreach (var (part, state) in Parts(recorded))
        {
            // Those that end before this part have all that is theirs.
            while (n < ranges.Count && ranges[n].To <= part.From)
                n++;
            for (var i = n; i < ranges.Count && ranges[i].From < part.To; i++)
                sums[i] = sums[i].Plus(state, part.Within(ranges[i]).Length);
        }
        return sums;
    }

    /// <summary>The parts of a monitor's life, in order, without gaps; neighbours may be in the same state.</summary>
    public static IEnumerable<(Span Part, LifeState State)> Parts(Recorded recorded)
    {
        // What begins and ends, by time; which state an instant has follows from what is open then.
        var edges = Edges(recorded.Paused, LifeState.Paused).Concat(Edges(recorded.Maintenance, LifeState.Maintenance))
            .Concat(Edges(recorded.Unknown, LifeState.Unknown)).Concat(Edges(recorded.Down, LifeState.Down))
            .Select(edge => (At: Clamp(edge.At, recorded.Life), edge.State, edge.Step)).OrderBy(edge => edge.At);
        var open = new int[(int)LifeState.Up];
        var since = recorded.Life.From;
        foreach (var (at, state, step) in edges)
        {
            if (at > since)
                yield return (new Span(since, at), First(open));
            since = at;
            open[(int)state] += step;
        }
        if (recorded.Life.To > since)
            yield return (new Span(since, recorded.Life.To), First(open));
    }

    private static IEnumerable<(DateTimeOffset At, LifeState State, int Step)> Edges(IReadOnlyList<Span> spans, LifeState state) =>
        spans.Where(span => span.To > span.From).SelectMany(span => new[] { (span.From, state, 1), (span.To, state, -1) });

    private static LifeState First(int[] open) => Array.FindIndex(open, count => count > 0) is >= 0 and var state ? (LifeState)state : LifeState.Up;

    private static DateTimeOffset Clamp(DateTimeOffset at, Span life) => at < life.From ? life.From : at > life.To ? life.To : at;
}
