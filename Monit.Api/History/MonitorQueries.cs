using Monit.Core.History;
using Monit.Core.Monitors;

namespace Monit.Api.History;

internal static class MonitorQueries
{
    /// <summary>Reads no more of the monitors than their history needs.</summary>
    public static IQueryable<Watched> SelectWatched(this IQueryable<UptimeMonitor> monitors) => monitors.Select(m => new Watched(
        m.Id, TimeSpan.FromSeconds(m.IntervalSec), m.RetryDelaySec == null ? null : TimeSpan.FromSeconds(m.RetryDelaySec.Value), m.CreatedAt, m.UpdatedAt));
}
