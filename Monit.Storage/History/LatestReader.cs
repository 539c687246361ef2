using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Monit.Core.History;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>The newest results of a monitor.</summary>
/// <param name="Recent">Those in Redis, as it has them; some may be in the window, too.</param>
/// <param name="Window">The open window in SQL; null if it has no results.</param>
public sealed record Latest(IReadOnlyList<ResultPoint> Recent, Window? Window);

/// <summary>
/// Reads the newest results of monitors: from Redis first, then from SQL. They only move that way, so that none is missed. While Redis is
/// unavailable, SQL's have to do.
/// </summary>
public sealed partial class LatestReader(RedisSchedule schedule, MonitDb db, TimeProvider time, ILogger<LatestReader> logger)
{
    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(2);

    /// <returns>One for each monitor, in order.</returns>
    public async Task<IReadOnlyList<Latest>> ReadAsync(IReadOnlyList<Guid> ids, CancellationToken ct)
    {
        var recent = await RecentAsync(ids, ct);
        var windows = await db.ResultWindows.AsNoTracking().Where(w => ids.Contains(w.MonitorId)).ToDictionaryAsync(w => w.MonitorId, ct);
        return [.. ids.Zip(recent, (id, points) => new Latest(points, windows.GetValueOrDefault(id) is { } row ? Window.Decode(row.Start, row.Data) : null))];
    }

    private async Task<IReadOnlyList<ResultPoint[]>> RecentAsync(IReadOnlyList<Guid> ids, CancellationToken ct)
    {
        try
        {
            return await schedule.RecentAsync(ids, ct).WaitAsync(RedisTimeout, time, ct);
        }
        catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
        {
            LogRedisAway(logger, failure.Message);
            return [.. ids.Select(_ => Array.Empty<ResultPoint>())];
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Redis does not answer; returning the results that SQL has: {Reason}")]
    private static partial void LogRedisAway(ILogger logger, string reason);
}
