using Microsoft.EntityFrameworkCore;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Storage.Sync;

/// <summary>
/// Updates some monitors in Redis from SQL: reads SQL, writes Redis where SQL's version is higher, reads SQL again, and
/// repeats until nothing has changed in between. Missing and disabled monitors are removed from Redis. A monitor that Redis
/// has in a format that this version does not know is left to a newer process, and counts as not yet written.
/// </summary>
public sealed class MonitorSync(IDbContextFactory<MonitDb> dbs, RedisSchedule schedule, StoreResilience resilience)
{
    /// <summary>Checks of one monitor that its owner asks for, or makes due by changing it, are so far apart.</summary>
    public static readonly TimeSpan Spacing = TimeSpan.FromSeconds(5);

    /// <param name="ids">At most <see cref="RedisSchedule.MaxBatch"/>.</param>
    /// <param name="soon">The maximum delay until the next check; null: due at the next slot.</param>
    /// <param name="force">Write even if Redis has this version: a repair, which waits for no <see cref="Spacing"/>.</param>
    /// <returns>How many monitors were left to a newer process.</returns>
    public Task<int> SyncAsync(IReadOnlyCollection<Guid> ids, TimeSpan? soon, bool force = false, CancellationToken ct = default) =>
        SyncAsync(ids, soon, force, spaced: !force, ct);

    /// <summary>
    /// "Check now": makes it due at once, even while it is being checked; within <see cref="Spacing"/> of the last check that was
    /// asked for, after it.
    /// </summary>
    public Task CheckNowAsync(Guid id, CancellationToken ct = default) => SyncAsync([id], TimeSpan.Zero, force: true, spaced: true, ct);

    private async Task<int> SyncAsync(IReadOnlyCollection<Guid> ids, TimeSpan? soon, bool force, bool spaced, CancellationToken ct)
    {
        var pending = ids.ToArray();
        var left = new HashSet<Guid>();
        while (pending.Length > 0)
        {
            var seen = await ReadAsync(pending, ct);
            left.ExceptWith(pending);
            left.UnionWith(await WriteAsync(pending, seen, soon, force, spaced, ct));
            var now = await resilience.RunAsync(token => VersionsAsync(pending, seen, left, token), ct);
            pending = [.. pending.Where(id =>
                now.TryGetValue(id, out var version) != seen.TryGetValue(id, out var row) || version != (row?.Monitor.Version ?? 0))];
        }
        return left.Count;
    }

    /// <summary>A monitor in SQL with the state of its open incident.</summary>
    internal sealed record Row(UptimeMonitor Monitor, IncidentState Incident)
    {
        // A change that has never reached Redis is due at once; a monitor that Redis has lost waits for its slot.
        internal ScheduleEntry Entry(TimeSpan? soon, bool force, bool spaced) => new(Monitor.Id, Monitor.ToCheckConfig(), Incident,
            soon ?? (Monitor.SyncedVersion < Monitor.Version ? TimeSpan.Zero : null), force, spaced ? Spacing : TimeSpan.Zero);
    }

    /// <summary>The monitors that <paramref name="filter"/> selects, with their open incidents.</summary>
    internal static async Task<List<Row>> RowsAsync(
        MonitDb db, Func<IQueryable<UptimeMonitor>, IQueryable<UptimeMonitor>> filter, CancellationToken ct)
    {
        var rows = await filter(db.Monitors.AsNoTracking()).Select(m => new
        {
            Monitor = m,
            Open = db.Incidents.Where(i => i.MonitorId == m.Id && i.EndTime == null)
                .Select(i => new { i.StartTime, i.Severity }).FirstOrDefault(),
        }).ToListAsync(ct);
        return rows.ConvertAll(r => new Row(r.Monitor,
            r.Open is { } open ? IncidentState.Restored(open.StartTime, open.Severity) : default));
    }

    private async Task<Dictionary<Guid, Row>> ReadAsync(Guid[] ids, CancellationToken ct) =>
        await resilience.RunAsync(async token =>
        {
            await using var db = await dbs.CreateDbContextAsync(token);
            return (await RowsAsync(db, all => all.Where(m => ids.Contains(m.Id)), token)).ToDictionary(r => r.Monitor.Id);
        }, ct);

    // Returns the monitors left to a newer process.
    private async Task<List<Guid>> WriteAsync(
        Guid[] ids, Dictionary<Guid, Row> rows, TimeSpan? soon, bool force, bool spaced, CancellationToken ct)
    {
        var left = new List<Guid>();
        foreach (var shard in ids.GroupBy(schedule.Keys.ShardOf))
        {
            var known = shard.ToLookup(id => rows.TryGetValue(id, out var row) && row.Monitor.Enabled);
            var wanted = known[true].ToList();
            if (wanted.Count > 0)
            {
                var scheduled = await schedule.ScheduleAsync(shard.Key, wanted.ConvertAll(id => rows[id].Entry(soon, force, spaced)), ct);
                left.AddRange(scheduled.Newer.Select(position => wanted[position]));
            }
            if (known[false].Any())
                await schedule.RemoveAsync(shard.Key,
                    [.. known[false].Select(id => new Removal(id, rows.GetValueOrDefault(id)?.Monitor.Version))], ct);
        }
        return left;
    }

    // Records the versions that Redis has now, and returns the current ones of SQL.
    private async Task<Dictionary<Guid, long>> VersionsAsync(
        Guid[] ids, Dictionary<Guid, Row> seen, HashSet<Guid> left, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        foreach (var same in seen.Values.Where(r => r.Monitor.SyncedVersion < r.Monitor.Version && !left.Contains(r.Monitor.Id)).GroupBy(r => r.Monitor.Version))
        {
            var gap = same.Select(r => r.Monitor.Id).ToArray();
            await db.Monitors.Where(m => gap.Contains(m.Id) && m.Version == same.Key)
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.SyncedVersion, same.Key), ct);
        }
        return await db.Monitors.Where(m => ids.Contains(m.Id)).ToDictionaryAsync(m => m.Id, m => m.Version, ct);
    }
}
