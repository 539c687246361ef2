using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>What is known of a time of a monitor: its checks, and what its time counts as.</summary>
public sealed record Bucket(Span Time, Tally Checks, Availability Availability);

/// <param name="Step">The length of the buckets.</param>
/// <param name="Total">The same for all buckets together.</param>
public sealed record Stats(TimeSpan Step, IReadOnlyList<Bucket> Buckets, Bucket Total);

/// <summary>Counts a monitor's checks in steps of time: below a day from single results, by day from what they were rolled up to.</summary>
public sealed class StatsReader(MonitDb db, LatestReader newest, ResultReader results, DayReader days, AvailabilityReader availability)
{
    public static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>The steps that there are, finest first.</summary>
    public static IReadOnlyList<TimeSpan> Steps { get; } = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), OneDay];

    /// <summary>The finest step for which all is kept that there ever was since <paramref name="from"/>.</summary>
    public async Task<TimeSpan> FinestAsync(Watched monitor, DateTimeOffset from, CancellationToken ct)
    {
        var first = new[] { from, monitor.CreatedAt, await HistorySince.ReadAsync(db, ct) }.Max();
        // The chunks of its first hour may have begun on the day before.
        return DateOnly.FromDateTime(first.UtcDateTime.AddHours(-1)) < results.FirstDay ? OneDay : Steps[0];
    }

    /// <summary>The range in whole steps of UTC.</summary>
    public static Span Widened(Span range, TimeSpan step)
    {
        var (from, to) = (range.From.UtcTicks, range.To.UtcTicks);
        return new(new DateTimeOffset(from - from % step.Ticks, TimeSpan.Zero), new DateTimeOffset(to + (step.Ticks - to % step.Ticks) % step.Ticks, TimeSpan.Zero));
    }

    /// <param name="range">Of whole steps.</param>
    /// <param name="step">One of <see cref="Steps"/>.</param>
    public async Task<Stats> ReadAsync(Watched monitor, Span range, TimeSpan step, CancellationToken ct)
    {
        var spans = Enumerable.Range(0, (int)(range.Length / step)).Select(n => new Span(range.From + n * step, range.From + (n + 1) * step)).ToList();
        var latest = await newest.ReadAsync([monitor.Id], ct);
        var recorded = (await availability.ReadAsync([monitor], latest, range, ct))[0];
        var first = DateOnly.FromDateTime(range.From.UtcDateTime);
        var tallies = step < OneDay ? await CountAsync(monitor, latest, range, step, spans.Count, ct) : (await days.ReadAsync([monitor], latest, first, spans.Count, ct))[0];
        var total = tallies.All(tally => tally.HasAllLatencies) ? Tally.Sum(tallies) : await SumByMonthsAsync(monitor, first, tallies, ct);

        var sums = Accounting.Of(recorded, spans);
        var buckets = spans.Select((span, n) => new Bucket(span, tallies[n], sums[n])).ToList();
        return new Stats(step, buckets, new Bucket(range, total, sums.Aggregate(default(Availability), (one, other) => one + other)));
    }

    private async Task<IReadOnlyList<Tally>> CountAsync(Watched monitor, IReadOnlyList<Latest> latest, Span range, TimeSpan step, int count, CancellationToken ct)
    {
        var tallies = Enumerable.Range(0, count).Select(_ => new Tally()).ToList();
        foreach (var point in (await results.ReadAsync([monitor], latest, range, ct))[0])
            tallies[(int)((Tenths.ToTime(point.At) - range.From) / step)].Add(point);
        return tallies;
    }

    // Where some days have lost their latencies, those of a month have them for all of its days.
    private async Task<Tally> SumByMonthsAsync(Watched monitor, DateOnly first, IReadOnlyList<Tally> tallies, CancellationToken ct)
    {
        var months = await db.ResultMonths.AsNoTracking().Where(m => m.MonitorId == monitor.Id).ToDictionaryAsync(m => m.Month, ct);
        return Tally.Sum(tallies.Select((tally, n) => (Day: first.AddDays(n), Tally: tally)).GroupBy(one => new DateOnly(one.Day.Year, one.Day.Month, 1)).Select(month =>
        {
            var isWhole = month.Count() == DateTime.DaysInMonth(month.Key.Year, month.Key.Month);
            return isWhole && month.Any(one => !one.Tally.HasAllLatencies) && months.TryGetValue(month.Key, out var row) ? Tally.Of(row) : Tally.Sum(month.Select(one => one.Tally));
        }));
    }
}
