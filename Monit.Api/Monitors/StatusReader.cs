using Microsoft.EntityFrameworkCore;
using Monit.Core.Data;
using Monit.Core.Monitors;
using Monit.Core.Resilience;
using Monit.Core.Scheduling;

namespace Monit.Api.Monitors;

/// <summary>Reads how monitors are doing from Redis, and what SQL knows of it while Redis does not answer.</summary>
public sealed partial class StatusReader(RedisSchedule schedule, MonitDb db, TimeProvider time, ILogger<StatusReader> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<StatusResponse> ReadAsync(UptimeMonitor monitor, CancellationToken ct) =>
        (await ReadAsync([monitor], ct))[0];

    /// <returns>One for each, in order.</returns>
    public async Task<IReadOnlyList<StatusResponse>> ReadAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct)
    {
        var ids = monitors.Select(m => m.Id).ToArray();
        try
        {
            var views = await schedule.ViewAsync(ids, ct).WaitAsync(Patience, time, ct);
            return [.. monitors.Zip(views, StatusResponse.Of)];
        }
        catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
        {
            LogRedisAway(logger, failure.Message);
        }
        var open = await db.Incidents.AsNoTracking().Where(i => ids.Contains(i.MonitorId) && i.EndTime == null)
            .ToDictionaryAsync(i => i.MonitorId, ct);
        return [.. monitors.Select(m => StatusResponse.Of(m, open.GetValueOrDefault(m.Id)))];
    }

    [LoggerMessage(1, LogLevel.Warning, "Redis does not answer, showing what SQL knows: {Reason}")]
    private static partial void LogRedisAway(ILogger logger, string reason);
}
