using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>
/// What SQL keeps of a monitor beside its row: its known state, which is counted for its account, and the times in which it was paused.
/// Written in the transaction that creates, switches or deletes monitors. Its locks are taken in one order, so that nobody deadlocks:
/// monitors, accounts, known states by monitor, counts by account and state.
/// </summary>
public static class Bookkeeping
{
    /// <summary>Of new monitors, after their rows.</summary>
    public static async Task CreatedAsync(MonitDb db, IReadOnlyCollection<UptimeMonitor> monitors, CancellationToken ct = default)
    {
        db.KnownStates.AddRange(monitors.Select(m => new KnownState { MonitorId = m.Id, UserId = m.UserId, State = Unchecked(m) }));
        db.MonitorSpans.AddRange(monitors.Where(m => !m.Enabled).Select(m => Paused(m, m.CreatedAt)));
        await db.SaveChangesAsync(ct);
        await CountAsync(db, monitors.Select(m => (m.UserId, Unchecked(m), 1)), ct);
    }

    /// <summary>
    /// Makes the books say what monitors are, enabled or paused. The caller holds their locks; what is right already stays.
    /// </summary>
    /// <param name="at">Since when they are.</param>
    public static async Task SwitchedAsync(
        MonitDb db, IReadOnlyCollection<UptimeMonitor> monitors, Func<UptimeMonitor, DateTimeOffset> at, CancellationToken ct = default)
    {
        var ids = monitors.Select(m => m.Id).ToArray();
        var known = await db.LockStates(ids).ToDictionaryAsync(k => k.MonitorId, ct);
        var open = (await db.MonitorSpans.Where(s => ids.Contains(s.MonitorId) && s.Kind == SpanKind.Paused && s.ToTime == null).ToListAsync(ct)).ToLookup(s => s.MonitorId);
        var counts = new List<(Guid, CountedState, int)>();
        foreach (var monitor in monitors)
        {
            if (!known.TryGetValue(monitor.Id, out var state))
                db.KnownStates.Add(new KnownState { MonitorId = monitor.Id, UserId = monitor.UserId, State = Unchecked(monitor) });
            else if (monitor.Enabled == (state.State == CountedState.Paused))
            {
                counts.Add((monitor.UserId, state.State, -1));
                state.State = Unchecked(monitor);
            }
            else
                continue;
            counts.Add((monitor.UserId, Unchecked(monitor), 1));
        }
        foreach (var monitor in monitors)
            if (monitor.Enabled)
                End(db, open[monitor.Id], at(monitor));
            else if (!open[monitor.Id].Any())
                await BeginAsync(db, monitor, at(monitor), ct);
        await db.SaveChangesAsync(ct);
        await CountAsync(db, counts, ct);
    }

    /// <summary>Of a monitor that is about to be deleted, whose lock the caller holds.</summary>
    public static async Task DeletedAsync(MonitDb db, Guid id, CancellationToken ct = default)
    {
        if (await db.LockStates([id]).AsNoTracking().SingleOrDefaultAsync(ct) is not { } known)
            return;
        await db.KnownStates.Where(k => k.MonitorId == id).ExecuteDeleteAsync(ct);
        await CountAsync(db, [(known.UserId, known.State, -1)], ct);
    }

    /// <summary>Adds up differences, and writes them in the order of all who do.</summary>
    internal static async Task CountAsync(MonitDb db, IEnumerable<(Guid User, CountedState State, int Difference)> differences, CancellationToken ct)
    {
        var changes = differences.GroupBy(d => (d.User, d.State))
            .Select(same => new StateCount { UserId = same.Key.User, State = same.Key.State, Count = same.Sum(d => d.Difference) })
            .Where(change => change.Count != 0).OrderBy(change => change.UserId).ThenBy(change => change.State).ToList();
        if (changes.Count > 0)
            await db.AddAsync(changes, ct);
    }

    private static CountedState Unchecked(UptimeMonitor monitor) => monitor.Enabled ? CountedState.Pending : CountedState.Paused;

    private static MonitorSpan Paused(UptimeMonitor monitor, DateTimeOffset from) => new() { MonitorId = monitor.Id, Kind = SpanKind.Paused, FromTime = from };

    // At the same instant it may have been paused and resumed before.
    private static async Task BeginAsync(MonitDb db, UptimeMonitor monitor, DateTimeOffset at, CancellationToken ct)
    {
        if (await db.MonitorSpans.FindAsync([monitor.Id, SpanKind.Paused, at], ct) is { } known)
            known.ToTime = null;
        else
            db.MonitorSpans.Add(Paused(monitor, at));
    }

    // Clocks of two processes differ: a pause does not end before it begins.
    private static void End(MonitDb db, IEnumerable<MonitorSpan> open, DateTimeOffset at)
    {
        foreach (var span in open)
            if (at > span.FromTime)
                span.ToTime = at;
            else
                db.MonitorSpans.Remove(span);
    }
}
