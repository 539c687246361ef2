using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>
/// Sums up days into months, when all of a month are rolled up. A page of monitors is one transaction; the mark that the month is done comes last,
/// so after a death all of it is done again. Idempotent.
/// </summary>
public sealed class MonthRollUps(IDbContextFactory<MonitDb> dbs, StoreResilience resilience, RollUps days)
{
    private const int PageSize = 500;

    /// <summary>The months that are to be rolled up, by their first day, in order.</summary>
    public Task<IReadOnlyList<DateOnly>> DueAsync(DateTimeOffset now, CancellationToken ct = default) => resilience.RunAsync<IReadOnlyList<DateOnly>>(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        var (first, end) = (await days.FirstAsync(db, now, token), RollUps.MonthOf(RollUps.DayOf(now)));
        var from = RollUps.MonthOf(first);
        var done = await db.RollUps.Where(r => r.Day >= from && r.Slice == RollUp.Month).Select(r => r.Day).ToHashSetAsync(token);
        var due = new List<DateOnly>();
        for (var month = from; month < end; month = month.AddMonths(1))
            if (!done.Contains(month) && await AreDoneAsync(db, month > first ? month : first, month.AddMonths(1), token))
                due.Add(month);
        return due;
    }, ct);

    /// <summary>Sums up the next monitors, by id.</summary>
    /// <param name="after">The last monitor of the page before, or empty.</param>
    /// <returns>The last of them, null if there are no more; and the number of rows written.</returns>
    public Task<(Guid? Last, int Rows)> PageAsync(DateOnly month, Guid after, CancellationToken ct = default) => resilience.RunAsync<(Guid?, int)>(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        var page = await db.Monitors.Where(m => m.Id > after).OrderBy(m => m.Id).Select(m => m.Id).Take(PageSize).ToArrayAsync(token);
        if (page.Length == 0)
            return (null, 0);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        // None is deleted between here and its row, which refers to it.
        var monitors = await db.LockMonitors(page).Select(m => m.Id).ToHashSetAsync(token);
        var (first, last) = (page[0], page[^1]);
        // One by one, so that the key finds the monitors of each.
        var dates = Enumerable.Range(0, month.AddMonths(1).DayNumber - month.DayNumber).Select(month.AddDays).ToArray();
        var found = await db.ResultDays.AsNoTracking().Where(d => dates.Contains(d.Day) && d.MonitorId >= first && d.MonitorId <= last).ToListAsync(token);
        var rows = found.Where(day => monitors.Contains(day.MonitorId)).GroupBy(day => day.MonitorId, (id, own) =>
        {
            var tally = new CheckTally();
            foreach (var day in own)
                tally.Add(day.Checks, day.Failed, day.Latency);
            return new TallyRow(month, id, tally.Checks, tally.Failed, tally.Latency.Encode());
        });
        var written = await TallyRows.WriteAsync(db, "result_months", "month", [.. rows], token);
        await transaction.CommitAsync(token);
        return (last, written);
    }, ct);

    /// <summary>Marks a month as done. False, without effect, if one of its days is to be done again meanwhile.</summary>
    public Task<bool> FinishAsync(DateOnly month, DateTimeOffset now, CancellationToken ct = default) => resilience.RunAsync(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        await db.LockRollUpsAsync(token);
        var first = await days.FirstAsync(db, now, token);
        if (!await AreDoneAsync(db, month > first ? month : first, month.AddMonths(1), token))
            return false;
        if (!await db.RollUps.AnyAsync(r => r.Day == month && r.Slice == RollUp.Month, token))
            db.RollUps.Add(new RollUp { Day = month, Slice = RollUp.Month });
        await db.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return true;
    }, ct);

    internal static async Task<bool> AreDoneAsync(MonitDb db, DateOnly from, DateOnly to, CancellationToken ct) =>
        await db.RollUps.CountAsync(r => r.Day >= from && r.Day < to && r.Slice >= 0, ct) >= (to.DayNumber - from.DayNumber) * Windows.Slices;
}
