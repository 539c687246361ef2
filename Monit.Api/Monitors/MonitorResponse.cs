using System.Text.Json.Serialization;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>A monitor with its state. Its fields stand between the id and the times; <see cref="MonitorJson"/> adds them.</summary>
public sealed class MonitorResponse(UptimeMonitor monitor, StatusResponse status)
{
    public Guid Id => monitor.Id;
    public DateTimeOffset CreatedAt => monitor.CreatedAt;
    public DateTimeOffset UpdatedAt => monitor.UpdatedAt;
    public StatusResponse Status => status;

    [JsonIgnore]
    public UptimeMonitor Monitor => monitor;

    public static MonitorResponse Of(UptimeMonitor monitor, StatusResponse status) => new(monitor, status);
}
