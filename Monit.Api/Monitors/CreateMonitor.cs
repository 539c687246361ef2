using System.Text.Json.Serialization;
using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>A new monitor; <c>url</c> and <c>interval_sec</c> are required. Checked by <see cref="MonitorRules"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateMonitor(
    string? Name, string? Url, string? AlertEmail, int? IntervalSec, int? TimeoutSec,
    int? LatencyThresholdMs, int? ExpectedStatus, bool? Enabled) : IValidatable
{
    public void Validate(FieldErrors errors)
    {
        errors.Unless(Url is not null, "url", "is required");
        errors.Unless(IntervalSec is not null, "interval_sec", "is required");
    }

    public UptimeMonitor ToMonitor(Guid userId, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        UserId = userId,
        Name = Name,
        Url = Url!,
        AlertEmail = AlertEmail?.Trim(),
        IntervalSec = IntervalSec!.Value,
        TimeoutSec = TimeoutSec ?? MonitorRules.DefaultTimeout(IntervalSec.Value),
        LatencyThresholdMs = LatencyThresholdMs,
        ExpectedStatus = ExpectedStatus ?? 200,
        Enabled = Enabled ?? true,
        CreatedAt = now,
        UpdatedAt = now,
    };
}
