using Microsoft.EntityFrameworkCore;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Storage.Sync;

/// <summary>
/// Updates some monitors in Redis from SQL: reads SQL, writes Redis where SQL's version is higher, reads SQL again, and
/// repeats until nothing has changed in between. Missing and disabled monitors are removed from Redis.
/// </summary>
public sealed class MonitorSync(IDbContextFactory<MonitDb> dbs, RedisSchedule schedule, StoreResilience resilience)
{
    /// <param name="ids">At most <see cref="RedisSchedule.MaxBatch"/>.</param>
    /// <param name="soon">The maximum delay until the next check; null: due at the next slot.</param>
    /// <param name="force">Write even if Redis has this version: "check now", or a configuration that cannot be read.</param>
    public async Task SyncAsync(IReadOnlyCollection<Guid> ids, TimeSpan? soon, bool force = false, CancellationToken ct = default)
    {
        var pending = ids.ToArray();
        while (pending.Length > 0)
        {
            var seen = await ReadAsync(pending, ct);
            await WriteAsync(pending, seen, soon, force, ct);
            var now = await resilience.RunAsync(token => VersionsAsync(pending, seen, token), ct);
            pending = [.. pending.Where(id =>
                now.TryGetValue(id, out var version) != seen.TryGetValue(id, out var row) || version != (row?.Monitor.Version ?? 0))];
        }
    }

    /// <summary>"Check now": makes it due at once, even while it is being checked.</summary>
    public Task CheckNowAsync(Guid id, CancellationToken ct = default) => SyncAsync([id], TimeSpan.Zero, force: true, ct);

    /// <summary>A monitor in SQL with the state of its open incident.</summary>
    internal sealed record Row(UptimeMonitor Monitor, IncidentState Incident)
    {
        // A change that has never reached Redis is due at once; a monitor that Redis has lost waits for its slot.
        internal ScheduleEntry Entry(TimeSpan? soon, bool force) => new(Monitor.Id, Monitor.ToCheckConfig(), Incident,
            soon ?? (Monitor.SyncedVersion < Monitor.Version ? TimeSpan.Zero : null), force);
    }

    /// <summary>The monitors that <paramref name="filter"/> selects, with their open incidents.</summary>
    internal static async Task<List<Row>> RowsAsync(
        MonitDb db, Func<IQueryable<UptimeMonitor>, IQueryable<UptimeMonitor>> filter, CancellationToken ct)
    {
        var rows = await filter(db.Monitors.AsNoTracking()).Select(m => new
        {
            Monitor = m,
            Open = db.Incidents.Where(i => i.MonitorId == m.Id && i.EndTime == null)
                .Select(i => new { i.StartTime, i.Alerted }).FirstOrDefault(),
        }).ToListAsync(ct);
        return rows.ConvertAll(r => new Row(r.Monitor,
            r.Open is { } open ? IncidentState.Restored(open.StartTime, open.Alerted) : default));
    }

    private async Task<Dictionary<Guid, Row>> ReadAsync(Guid[] ids, CancellationToken ct) =>
        await resilience.RunAsync(async token =>
        {
            await using var db = await dbs.CreateDbContextAsync(token);
            return (await RowsAsync(db, all => all.Where(m => ids.Contains(m.Id)), token)).ToDictionary(r => r.Monitor.Id);
        }, ct);

    private async Task WriteAsync(
        Guid[] ids, Dictionary<Guid, Row> rows, TimeSpan? soon, bool force, CancellationToken ct)
    {
        foreach (var shard in ids.GroupBy(schedule.Keys.ShardOf))
        {
            var known = shard.ToLookup(id => rows.TryGetValue(id, out var row) && row.Monitor.Enabled);
            if (known[true].Any())
                await schedule.ScheduleAsync(shard.Key, [.. known[true].Select(id => rows[id].Entry(soon, force))], ct);
            if (known[false].Any())
                await schedule.RemoveAsync(shard.Key,
                    [.. known[false].Select(id => new Removal(id, rows.GetValueOrDefault(id)?.Monitor.Version))], ct);
        }
    }

    // Records the versions that Redis has now, and returns the current ones of SQL.
    private async Task<Dictionary<Guid, long>> VersionsAsync(Guid[] ids, Dictionary<Guid, Row> seen, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        foreach (var same in seen.Values.Where(r => r.Monitor.SyncedVersion < r.Monitor.Version).GroupBy(r => r.Monitor.Version))
        {
            var gap = same.Select(r => r.Monitor.Id).ToArray();
            await db.Monitors.Where(m => gap.Contains(m.Id) && m.Version == same.Key)
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.SyncedVersion, same.Key), ct);
        }
        return await db.Monitors.Where(m => ids.Contains(m.Id)).ToDictionaryAsync(m => m.Id, m => m.Version, ct);
    }
}
