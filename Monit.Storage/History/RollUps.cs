using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>A day of which slices are to be rolled up now.</summary>
public sealed record DueDay(DateOnly Day, IReadOnlyList<int> Slices);

/// <summary>What was done with a slice.</summary>
/// <param name="Rows">Monitors whose day was written.</param>
/// <param name="Kept">Monitors whose day had more checks than are left in chunks, and stayed as it was.</param>
public readonly record struct RolledUp(int Rows, int Kept);

/// <summary>
/// Rolls up results into days. The monitors are done in slices, each in one transaction with the mark that it is done, and again when
/// results came later. Idempotent.
/// </summary>
public sealed class RollUps(IDbContextFactory<MonitDb> dbs, StoreResilience resilience, IOptions<HistoryRetentionOptions> options)
{
    // Of monitors, so that a page with all its chunks takes some megabytes.
    private const int PageSize = 250;

    private static readonly TimeSpan AfterMidnight = TimeSpan.FromHours(1);

    /// <summary>When a slice of a day may be rolled up: its last windows are over then, and their results in SQL, but for a few that come later.</summary>
    public static DateTimeOffset DueAt(DateOnly day, int slice) =>
        Tenths.ToTime(Tenths.Of(day.AddDays(1))) + AfterMidnight + slice * (TimeSpan.FromHours(1) / Windows.Slices);

    /// <summary>Has slices of days, and the months of those days, rolled up again, in the caller's transaction: their results have changed.</summary>
    /// <remarks>For every result of a day that is over, whether or not it is due.</remarks>
    public static async Task ForgetAsync(MonitDb db, IEnumerable<(DateOnly Day, int Slice)> changed, CancellationToken ct = default)
    {
        foreach (var day in changed.GroupBy(slice => slice.Day).OrderBy(day => day.Key))
        {
            var (date, month, slices) = (day.Key, MonthOf(day.Key), day.Select(slice => slice.Slice).Distinct().ToArray());
            await db.RollUps.Where(r => (r.Day == date && slices.Contains(r.Slice)) || (r.Day == month && r.Slice == RollUp.Month)).ExecuteDeleteAsync(ct);
        }
    }

    /// <summary>The days that are to be rolled up, and their slices, in order.</summary>
    public Task<IReadOnlyList<DueDay>> DueAsync(DateTimeOffset now, CancellationToken ct = default) => resilience.RunAsync<IReadOnlyList<DueDay>>(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        var (first, last) = (await FirstAsync(db, now, token), DayOf(now - AfterMidnight).AddDays(-1));
        var done = await db.RollUps.Where(r => r.Day >= first && r.Day <= last && r.Slice >= 0).GroupBy(r => r.Day)
            .Where(day => day.Count() == Windows.Slices).Select(day => day.Key).ToHashSetAsync(token);
        var due = new List<DueDay>();
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            if (done.Contains(day))
                continue;
            var marked = await db.RollUps.Where(r => r.Day == day && r.Slice >= 0).Select(r => r.Slice).ToHashSetAsync(token);
            List<int> slices = [.. Enumerable.Range(0, Windows.Slices).Where(slice => !marked.Contains(slice) && DueAt(day, slice) <= now)];
            if (slices.Count > 0)
                due.Add(new DueDay(day, slices));
        }
        return due;
    }, ct);

    /// <summary>
    /// Prepares a day. Returns the monitors of the slices that are idle, by slice: their window is open still, so that no chunk tells of
    /// them. Null if there is nothing at all of that day; then it is done.
    /// </summary>
    public Task<ILookup<int, Guid>?> BeginAsync(DueDay due, CancellationToken ct = default) => resilience.RunAsync(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        await db.EnsureDayPartitionsAsync(due.Day, token);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        await db.LockRollUpsAsync(token);
        var (from, to) = (Tenths.ToTime(Tenths.Of(due.Day) - Windows.Longest), Tenths.ToTime(Tenths.Of(due.Day.AddDays(1))));
        var idle = await db.ResultWindows.Where(w => w.Start > from && w.Start < to).Select(w => w.MonitorId).ToListAsync(token);
        if (idle.Count > 0 || await db.ResultChunks.AnyAsync(c => c.Start > from && c.Start < to, token))
            return idle.ToLookup(Windows.SliceOf);
        var marked = await db.RollUps.Where(r => r.Day == due.Day).Select(r => r.Slice).ToHashSetAsync(token);
        db.RollUps.AddRange(due.Slices.Where(slice => !marked.Contains(slice)).Select(slice => new RollUp { Day = due.Day, Slice = slice }));
        await db.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return null;
    }, ct);

    /// <summary>Rolls up a slice of a day.</summary>
    /// <param name="idle">Of <see cref="BeginAsync"/>.</param>
    /// <exception cref="InvalidDataException">A chunk cannot be read: it is damaged, or of a later version. Nothing is written.</exception>
    public Task<RolledUp> RollUpAsync(DateOnly day, int slice, IEnumerable<Guid> idle, CancellationToken ct = default) => resilience.RunAsync(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        // Whoever adds results and forgets the mark waits, or was before: so none stays uncounted.
        await db.LockRollUpsAsync(token);
        if (await db.RollUps.AnyAsync(r => r.Day == day && r.Slice == slice, token))
            return default;
        var starts = Windows.StartsOf(slice, Tenths.Of(day), Tenths.Of(day.AddDays(1))).Select(Tenths.ToTime).ToArray();
        var monitors = await db.ResultChunks.Where(c => starts.Contains(c.Start)).Select(c => c.MonitorId).Distinct().ToListAsync(token);
        var done = default(RolledUp);
        foreach (var page in monitors.Union(idle).Order().Chunk(PageSize))
        {
            var rows = await CountAsync(db, day, page, starts, token);
            var written = await TallyRows.WriteAsync(db, "result_days", "day", rows.ConvertAll(row => Row(row, row.Tally.Latency.Encode())), token);
            await TallyRows.WriteAsync(db, "result_day_summaries", "day", rows.ConvertAll(row => Row(row, row.Tally.Percentiles())), token);
            done = new RolledUp(done.Rows + written, done.Kept + rows.Count - written);
        }
        var month = MonthOf(day);
        await db.RollUps.Where(r => r.Day == month && r.Slice == RollUp.Month).ExecuteDeleteAsync(token);
        db.RollUps.Add(new RollUp { Day = day, Slice = slice });
        await db.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return done;

        TallyRow Row((Guid Id, CheckTally Tally) row, byte[] latency) => new(day, row.Id, row.Tally.Checks, row.Tally.Failed, latency);
    }, ct);

    /// <summary>The first day that is of interest: history began with it, or nothing is kept of those before.</summary>
    internal async Task<DateOnly> FirstAsync(MonitDb db, DateTimeOffset now, CancellationToken ct)
    {
        var (began, kept) = (DayOf(await HistorySince.ReadAsync(db, ct)), DayOf(now - options.Value.DaySummaries));
        return began > kept ? began : kept;
    }

    internal static DateOnly DayOf(DateTimeOffset at) => Tenths.DayOf(Tenths.Of(at));

    internal static DateOnly MonthOf(DateOnly day) => new(day.Year, day.Month, 1);

    // Windows first, then chunks: results only move in this direction.
    private static async Task<List<(Guid Id, CheckTally Tally)>> CountAsync(MonitDb db, DateOnly day, Guid[] page, DateTimeOffset[] starts, CancellationToken ct)
    {
        var (first, last, to) = (page[0], page[^1], Tenths.ToTime(Tenths.Of(day.AddDays(1))));
        var windows = await db.ResultWindows.Where(w => page.Contains(w.MonitorId) && w.Start < to).Select(w => new { w.MonitorId, w.Start, w.Data }).ToListAsync(ct);
        var chunks = await db.ResultChunks.Where(c => starts.Contains(c.Start) && c.MonitorId >= first && c.MonitorId <= last)
            .Select(c => new { c.MonitorId, c.Start, c.Data }).ToListAsync(ct);
        return [.. chunks.Concat(windows).GroupBy(part => part.MonitorId, (id, parts) => (id, CheckTally.Of(
                [.. parts.OrderBy(part => part.Start).Select(part => (Tenths.Of(part.Start), part.Data))], Tenths.Of(day), Tenths.Of(day.AddDays(1)))))
            .Where(row => row.Item2.Checks > 0)];
    }
}
