using Microsoft.EntityFrameworkCore;
using Monit.Core.Monitors;
using Monit.Storage.History;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Storage.Sync;

/// <summary>
/// Creates monitors in bulk, a page at a time: first in SQL, then in Redis, each due at its next slot. If the second step
/// fails, the Reconciler completes it.
/// </summary>
public sealed class MonitorImport(IDbContextFactory<MonitDb> dbs, RedisSchedule schedule)
{
    public const int PageSize = 1000;

    /// <param name="page">New monitors of one user, at most <see cref="PageSize"/>, of version 1.</param>
    /// <exception cref="DbUpdateException">SQL already has one of them, or refuses it; none of the page is created.</exception>
    public async Task CreateAsync(IReadOnlyList<UptimeMonitor> page, CancellationToken ct = default)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using (var transaction = await db.Database.BeginTransactionAsync(ct))
        {
            await db.InsertAsync(page, ct);
            var owner = page[0].UserId;
            await db.Users.Where(u => u.Id == owner)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.MonitorsCount, u => u.MonitorsCount + page.Count), ct);
            await Bookkeeping.CreatedAsync(db, page, ct);
            await transaction.CommitAsync(ct);
        }
        foreach (var shard in page.Where(monitor => monitor.Enabled).GroupBy(monitor => schedule.Keys.ShardOf(monitor.Id)))
            await schedule.ScheduleAsync(shard.Key, [.. shard.Select(m => new ScheduleEntry(m.Id, m.ToCheckConfig(), default, null))], ct);
        var ids = page.Select(m => m.Id).ToArray();
        await db.Monitors.Where(m => ids.Contains(m.Id) && m.Version == 1)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.SyncedVersion, 1), ct);
    }
}
