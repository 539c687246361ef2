using System.Text;
using Microsoft.EntityFrameworkCore;
using Monit.Core.Incidents;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using StackExchange.Redis;

namespace Monit.Worker.Reconciler;

/// <summary>
/// Compares the open incidents of SQL and Redis in both directions. Redis is read first, then SQL, and Redis is corrected
/// only where it is unchanged and the monitor is not inflight, so that a transition in progress is not overwritten.
/// </summary>
internal sealed partial class IncidentComparison(
    IDbContextFactory<MonitDb> dbs,
    IConnectionMultiplexer redis,
    RedisSchedule schedule,
    StoreResilience resilience,
    ILogger<IncidentComparison> logger)
{
    private const int PageSize = 1000;

    public async Task RunAsync(CancellationToken stop)
    {
        var seen = new Dictionary<Guid, string>();
        for (var shard = 0; shard < schedule.Keys.Shards; shard++)
            await foreach (var entry in redis.GetDatabase().HashScanAsync(schedule.Keys.For(shard, "incident"), pageSize: PageSize).WithCancellation(stop))
                if (Guid.TryParse((string?)entry.Name, out var id))
                    seen[id] = (string?)entry.Value ?? "";

        var open = await resilience.RunAsync(async ct =>
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            return await db.Incidents.Where(i => i.EndTime == null && db.Monitors.Any(m => m.Id == i.MonitorId && m.Enabled))
                .ToDictionaryAsync(i => i.MonitorId, i => new { i.StartTime, i.Severity }, ct);
        }, stop);

        var wrong = new List<Restoration>();
        foreach (var (id, incident) in open)
        {
            var text = seen.GetValueOrDefault(id, "");
            if (!IncidentState.TryDecode(Encoding.UTF8.GetBytes(text), out var state) || !state.DbIncident || state.Severity != incident.Severity)
                wrong.Add(new Restoration(id, text, IncidentState.Restored(incident.StartTime, incident.Severity)));
        }
        foreach (var (id, text) in seen)
            if (!open.ContainsKey(id) && (!IncidentState.TryDecode(Encoding.UTF8.GetBytes(text), out var state) || state.DbIncident))
                wrong.Add(new Restoration(id, text, default));

        foreach (var shard in wrong.GroupBy(w => schedule.Keys.ShardOf(w.Id)))
            foreach (var batch in shard.Chunk(PageSize))
                if (await schedule.RestoreAsync(shard.Key, batch, stop) is > 0 and var corrected)
                    LogCorrected(corrected, shard.Key);
    }

    [LoggerMessage(1, LogLevel.Information, "Corrected the incident state of {Count} monitors of shard {Shard} from SQL")]
    private partial void LogCorrected(int count, int shard);
}
