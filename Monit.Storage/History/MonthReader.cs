using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>A monitor's UTC month.</summary>
/// <param name="Incidents">In which it was down, whole, also those from before history was kept; one that is open ends with time itself.</param>
public sealed record MonitorMonth(Availability Availability, IReadOnlyList<Span> Incidents, LatencyFigures Latency);

/// <summary>Reads what a month was for many monitors.</summary>
public sealed class MonthReader(MonitDb db, LatestReader newest, DayReader days, AvailabilityReader availability)
{
    /// <param name="month">Its first day.</param>
    /// <returns>One for each monitor, in order.</returns>
    public async Task<IReadOnlyList<MonitorMonth>> ReadAsync(IReadOnlyList<Watched> monitors, DateOnly month, CancellationToken ct)
    {
        if (monitors.Count == 0)
            return [];
        var ids = monitors.Select(monitor => monitor.Id).ToList();
        var latest = await newest.ReadAsync(ids, ct);
        var range = new Span(new(month, TimeOnly.MinValue, TimeSpan.Zero), new(month.AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero));
        var recorded = await availability.ReadAsync(monitors, latest, range, ct);

        // What is being summed up again may be out of date.
        var isDone = await db.RollUps.AnyAsync(r => r.Day == month && r.Slice == RollUp.Month, ct);
        var tallies = isDone ? await SummedUpAsync(ids, month, ct) : [];
        var rest = monitors.Zip(latest).Where(one => !tallies.ContainsKey(one.First.Id)).ToList();
        if (rest.Count > 0)
            foreach (var (one, counts) in rest.Zip(await days.ReadAsync([.. rest.Select(r => r.First)], [.. rest.Select(r => r.Second)], month, month.AddMonths(1).DayNumber - month.DayNumber, ct)))
                tallies[one.First.Id] = Tally.Sum(counts);
        return [.. monitors.Zip(recorded, (monitor, known) => new MonitorMonth(Accounting.Of(known, range), known.Down, tallies[monitor.Id].Latency))];
    }

    private async Task<Dictionary<Guid, Tally>> SummedUpAsync(List<Guid> ids, DateOnly month, CancellationToken ct) =>
        (await db.ResultMonths.AsNoTracking().Where(m => m.Month == month && ids.Contains(m.MonitorId)).ToListAsync(ct)).ToDictionary(m => m.MonitorId, Tally.Of);
}
