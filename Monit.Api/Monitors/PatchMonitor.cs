using System.Text.Json.Serialization;
using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>A partial update: what is absent stays, null clears what is optional.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PatchMonitor(
    Optional<string> Name, Optional<string> Url, Optional<string> AlertEmail, Optional<int> IntervalSec, Optional<int> TimeoutSec,
    Optional<int?> LatencyThresholdMs, Optional<int> ExpectedStatus, Optional<bool> Enabled)
{
    /// <summary>Applies it, and raises the version if what or how to check is another now.</summary>
    public void Apply(UptimeMonitor monitor, DateTimeOffset now, FieldErrors errors)
    {
        var before = Checked(monitor);
        monitor.Name = Name.Or(monitor.Name);
        monitor.AlertEmail = AlertEmail.Or(monitor.AlertEmail)?.Trim();
        monitor.LatencyThresholdMs = LatencyThresholdMs.Or(monitor.LatencyThresholdMs);
        monitor.Url = Url.OrRequired(monitor.Url, "url", errors);
        monitor.IntervalSec = IntervalSec.OrRequired(monitor.IntervalSec, "interval_sec", errors);
        monitor.TimeoutSec = TimeoutSec.OrRequired(monitor.TimeoutSec, "timeout_sec", errors);
        monitor.ExpectedStatus = ExpectedStatus.OrRequired(monitor.ExpectedStatus, "expected_status", errors);
        monitor.Enabled = Enabled.OrRequired(monitor.Enabled, "enabled", errors);
        monitor.UpdatedAt = now;
        if (Checked(monitor) != before)
            monitor.Version++;
    }

    private static (string, int, int, int?, int, bool) Checked(UptimeMonitor m) =>
        (m.Url, m.IntervalSec, m.TimeoutSec, m.LatencyThresholdMs, m.ExpectedStatus, m.Enabled);
}
