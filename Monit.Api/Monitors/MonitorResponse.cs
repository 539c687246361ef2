using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

public sealed record MonitorResponse(
    Guid Id, string? Name, string Url, string? AlertEmail, int IntervalSec, int TimeoutSec, int? LatencyThresholdMs,
    int ExpectedStatus, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, StatusResponse Status)
{
    public static MonitorResponse Of(UptimeMonitor m, StatusResponse status) => new(
        m.Id, m.Name, m.Url, m.AlertEmail, m.IntervalSec, m.TimeoutSec, m.LatencyThresholdMs,
        m.ExpectedStatus, m.Enabled, m.CreatedAt, m.UpdatedAt, status);
}
