using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>
/// Counts the checks of UTC days: those that are rolled up from their rows, the others from single results, and those of which some
/// have come since as well.
/// </summary>
public sealed class DayReader(MonitDb db, ResultReader results, IOptions<HistoryRetentionOptions> kept, TimeProvider time)
{
    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <param name="latest">Read before, so that none is missed.</param>
    /// <returns>For each monitor, in order, one count for each day.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<Tally>>> ReadAsync(IReadOnlyList<Watched> monitors, IReadOnlyList<Latest> latest, DateOnly first, int count, CancellationToken ct)
    {
        var tallies = monitors.Select(_ => Enumerable.Range(0, count).Select(_ => new Tally()).ToArray()).ToList();
        var open = await OpenDaysAsync(monitors, latest, ct);
        var within = open.SelectMany(days => days).Where(day => day >= first && day.DayNumber < first.DayNumber + count).ToHashSet();
        if (within.Count > 0)
        {
            var points = await results.ReadAsync(monitors, latest, new Span(BeginOf(within.Min()), BeginOf(within.Max().AddDays(1))), ct);
            for (var n = 0; n < tallies.Count; n++)
                foreach (var point in points[n])
                    if (Tenths.DayOf(point.At) is var day && open[n].Contains(day))
                        tallies[n][day.DayNumber - first.DayNumber].Add(point);
        }
        await AddRowsAsync(monitors, open, first, tallies, ct);
        return tallies;
    }

    /// <summary>The days of each monitor whose results are still counted one by one.</summary>
    private async Task<IReadOnlyList<HashSet<DateOnly>>> OpenDaysAsync(IReadOnlyList<Watched> monitors, IReadOnlyList<Latest> latest, CancellationToken ct)
    {
        // Tomorrow belongs to them: clocks differ.
        var days = Enumerable.Range(0, Today.DayNumber + 2 - results.FirstDay.DayNumber).Select(results.FirstDay.AddDays).ToList();
        var slices = monitors.Select(monitor => Windows.SliceOf(monitor.Id)).Distinct().ToList();
        var done = (await db.RollUps.AsNoTracking().Where(r => days.Contains(r.Day) && slices.Contains(r.Slice)).ToListAsync(ct)).Select(r => (r.Day, r.Slice)).ToHashSet();
        return [.. monitors.Zip(latest, (monitor, newest) => days
            .Where(day => !done.Contains((day, Windows.SliceOf(monitor.Id))) || newest.Recent.Any(point => Tenths.DayOf(point.At) == day)).ToHashSet())];
    }

    private async Task AddRowsAsync(
        IReadOnlyList<Watched> monitors, IReadOnlyList<HashSet<DateOnly>> open, DateOnly first, List<Tally[]> tallies, CancellationToken ct)
    {
        var (since, oldest) = (await HistorySince.ReadAsync(db, ct), DateOnly.FromDateTime((time.GetUtcNow() - kept.Value.DaySummaries).UtcDateTime));
        var begin = DayOf(monitors.Min(monitor => monitor.CreatedAt));
        var all = Enumerable.Range(0, tallies[0].Length).Select(first.AddDays).Where(day => day < Today && day >= begin && day >= DayOf(since)).ToList();
        if (all.Count == 0)
            return;
        var ids = monitors.Select(monitor => monitor.Id).ToList();
        var days = await db.ResultDays.AsNoTracking().Where(d => all.Contains(d.Day) && ids.Contains(d.MonitorId)).ToDictionaryAsync(d => (d.MonitorId, d.Day), ct);
        var rest = all.Where(day => ids.Exists(id => !days.ContainsKey((id, day)))).ToList();
        var summaries = rest.Count == 0 ? [] : await db.ResultDaySummaries.AsNoTracking().Where(d => rest.Contains(d.Day) && ids.Contains(d.MonitorId)).ToDictionaryAsync(d => (d.MonitorId, d.Day), ct);
        foreach (var (n, monitor) in monitors.Index())
            foreach (var day in all)
            {
                ref var tally = ref tallies[n][day.DayNumber - first.DayNumber];
                var row = days.TryGetValue((monitor.Id, day), out var whole) ? Tally.Of(whole)
                    : summaries.TryGetValue((monitor.Id, day), out var summary) ? Tally.Of(summary) : null;
                if (row is not null)
                {
                    // Of an open day some chunks may be gone already: whoever has more checks has all.
                    if (!open[n].Contains(day) || row.Checks > tally.Checks)
                        tally = row;
                }
                else if (day < oldest && day >= DayOf(monitor.CreatedAt) && !open[n].Contains(day))
                    tally.AddMissing();
            }
    }

    private static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    private static DateTimeOffset BeginOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
