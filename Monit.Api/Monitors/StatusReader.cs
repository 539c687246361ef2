using Microsoft.EntityFrameworkCore;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Api.Monitors;

/// <summary>Reads the states of monitors from Redis, or from SQL while Redis is unavailable.</summary>
public sealed partial class StatusReader(RedisSchedule schedule, MonitDb db, TimeProvider time, ILogger<StatusReader> logger)
{
    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(2);

    public async Task<StatusResponse> ReadAsync(UptimeMonitor monitor, CancellationToken ct) =>
        (await ReadAsync([monitor], ct))[0];

    /// <returns>One status for each monitor, in order.</returns>
    public Task<IReadOnlyList<StatusResponse>> ReadAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct) =>
        ReadAsync([.. monitors.Select(m => (m.Id, m.Enabled))], ct);

    /// <summary>As above, for monitors of which no more than this has been read.</summary>
    public async Task<IReadOnlyList<StatusResponse>> ReadAsync(IReadOnlyList<(Guid Id, bool Enabled)> monitors, CancellationToken ct)
    {
        var ids = monitors.Select(m => m.Id).ToArray();
        try
        {
            var views = await schedule.ViewAsync(ids, ct).WaitAsync(RedisTimeout, time, ct);
            return [.. monitors.Zip(views, (m, view) => StatusResponse.Of(m.Enabled, view))];
        }
        catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
        {
            LogRedisAway(logger, failure.Message);
        }
        var open = await db.Incidents.AsNoTracking().Where(i => ids.Contains(i.MonitorId) && i.EndTime == null)
            .ToDictionaryAsync(i => i.MonitorId, ct);
        return [.. monitors.Select(m => StatusResponse.Of(m.Enabled, open.GetValueOrDefault(m.Id)))];
    }

    [LoggerMessage(1, LogLevel.Warning, "Redis does not answer; returning the states that SQL implies: {Reason}")]
    private static partial void LogRedisAway(ILogger logger, string reason);
}
