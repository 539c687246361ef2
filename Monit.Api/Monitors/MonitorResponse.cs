using System.Text.Json.Serialization;
using Monit.Core.Checks.Kinds;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>A monitor with its state. Its fields stand between the id and the times; <see cref="MonitorJson"/> adds them.</summary>
public sealed class MonitorResponse(UptimeMonitor monitor, StatusResponse status, bool alertEmailConfirmed)
{
    public Guid Id => monitor.Id;
    /// <summary>What is checked, from the URL's scheme; null if this version does not know it.</summary>
    public string? Kind => CheckKinds.Of(monitor.Url)?.Name;
    public DateTimeOffset CreatedAt => monitor.CreatedAt;
    public DateTimeOffset UpdatedAt => monitor.UpdatedAt;
    /// <summary>Whether its alerts are sent: to <c>alert_email</c>, or without one to the account's address. False until that is confirmed by a link.</summary>
    public bool AlertEmailConfirmed => alertEmailConfirmed;
    public StatusResponse Status => status;
    /// <summary>Null unless the query has <c>include=uptime</c>.</summary>
    public UptimeFigures? Uptime { get; init; }
    /// <summary>The last 60 results, oldest first; null unless the query has <c>include=bars</c>.</summary>
    public IReadOnlyList<ResultResponse>? Bars { get; init; }

    [JsonIgnore]
    public UptimeMonitor Monitor => monitor;
}
