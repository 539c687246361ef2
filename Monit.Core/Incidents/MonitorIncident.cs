using Monit.Core.Checks.Assertions;

namespace Monit.Core.Incidents;

/// <summary>A period in which a monitor was down, or degraded. A unique partial index allows one open incident per monitor.</summary>
public sealed class MonitorIncident
{
    public required Guid Id { get; init; }
    public required Guid MonitorId { get; init; }
    /// <summary>When the first failed attempt began, quick retries included.</summary>
    public required DateTimeOffset StartTime { get; init; }
    /// <summary>One that is degraded counts as up.</summary>
    public Severity Severity { get; init; }
    /// <summary>When the first successful check of those that closed it began, or when the monitor was disabled; null while open.</summary>
    public DateTimeOffset? EndTime { get; set; }
    /// <summary>Whether it has a down alert, delivered or not.</summary>
    public bool Alerted { get; set; }
    /// <summary>The name of a failure reason as stored and shown, such as <c>TIMEOUT</c>.</summary>
    public required string Reason { get; init; }
    /// <summary>Null if there was no response.</summary>
    public int? HttpStatus { get; init; }
    public int? LatencyMs { get; init; }
    /// <summary>What was expected and what came, in one line for people; null if nothing more is known.</summary>
    public string? Detail { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
