using CsCheck;
using Monit.Core.History;

namespace Monit.Tests.History;

/// <summary>The accounting equals a count of single seconds, and the worked examples of the documentation.</summary>
public sealed class AccountingTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);
    private const int Seconds = 400;

    private static DateTimeOffset At(double seconds) => Day.AddSeconds(seconds);

    private static Span Of(int from, int to) => new(At(from), At(to));

    // Some begin before the life, some end after it, some are empty or the wrong way round.
    private static readonly Gen<Span[]> Spans = Gen.Select(Gen.Int[-50, Seconds + 50], Gen.Int[-10, 120], (from, length) => Of(from, from + length)).Array[0, 6];

    private static readonly Gen<Recorded> Histories = Gen.Select(Gen.Int[0, 100], Gen.Int[100, Seconds], Spans, Spans, Spans, Spans,
        (from, to, paused, maintenance, unknown, down) => new Recorded(Of(from, to), paused, maintenance, unknown, down));

    [Fact]
    public void Sums_EqualACountOfSeconds() => Gen.Select(Histories, Gen.Int[0, Seconds], Gen.Int[0, Seconds]).Sample((recorded, one, other) =>
    {
        var range = Of(Math.Min(one, other), Math.Max(one, other));
        return Accounting.Of(recorded, range) == Counted(recorded, range);
    });

    [Fact]
    public void Buckets_AddUpToTheWhole() => Gen.Select(Histories, Gen.Int[1, 90]).Sample((recorded, step) =>
    {
        var buckets = Enumerable.Range(0, Seconds / step + 1).Select(n => Of(n * step, (n + 1) * step)).ToList();
        var sums = Accounting.Of(recorded, buckets);
        return sums.Zip(buckets).All(pair => pair.First == Counted(recorded, pair.Second))
            && sums.Aggregate((one, two) => one + two) == Accounting.Of(recorded, new Span(buckets[0].From, buckets[^1].To));
    });

    [Fact]
    public void Parts_CoverTheLife_WithoutGapsAndOverlaps() => Histories.Sample(recorded =>
    {
        var at = recorded.Life.From;
        foreach (var (part, _) in Accounting.Parts(recorded))
        {
            if (part.From != at || part.To <= part.From)
                return false;
            at = part.To;
        }
        return at == recorded.Life.To;
    });

    [Fact]
    public void IncidentOverMidnight_CountsInBothDays()
    {
        var recorded = new Recorded(new Span(Day, Day.AddDays(2)), [], [], [], [new Span(Day.AddHours(23.5), Day.AddHours(24.25))]);
        var days = Accounting.Of(recorded, [new Span(Day, Day.AddDays(1)), new Span(Day.AddDays(1), Day.AddDays(2))]);
        Assert.Equal([TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(15)], days.Select(day => day.Down));
        Assert.Equal(1 - 30 / 1440d, days[0].Uptime!.Value, 12);
    }

    [Fact]
    public void NothingKnown_HasNoUptime()
    {
        var recorded = new Recorded(new Span(Day, Day.AddDays(1)), [], [], [new Span(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)], []);
        Assert.Null(Accounting.Of(recorded, new Span(Day, Day.AddDays(1))).Uptime);
        Assert.Null(Accounting.Of(recorded, new Span(Day.AddDays(3), Day.AddDays(4))).Uptime);
    }

    private static Availability Counted(Recorded recorded, Span range)
    {
        var sum = default(Availability);
        for (var second = 0; second < Seconds + 200; second++)
        {
            var at = At(second);
            bool Holds(Span span) => span.From <= at && at < span.To;
            if (!Holds(range) || !Holds(recorded.Life))
                continue;
            var one = TimeSpan.FromSeconds(1);
            sum += recorded.Paused.Any(Holds) ? new(default, default, default, default, one)
                : recorded.Maintenance.Any(Holds) ? new(default, default, default, one, default)
                : recorded.Unknown.Any(Holds) ? new(default, default, one, default, default)
                : recorded.Down.Any(Holds) ? new(default, one, default, default, default)
                : new Availability(one, default, default, default, default);
        }
        return sum;
    }
}
