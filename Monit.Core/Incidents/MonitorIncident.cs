namespace Monit.Core.Incidents;

/// <summary>A time for which a monitor was down. At most one of a monitor is open (a unique partial index).</summary>
public sealed class MonitorIncident
{
    public required Guid Id { get; init; }
    public required Guid MonitorId { get; init; }
    /// <summary>When the first failed attempt began, quick retries included.</summary>
    public required DateTimeOffset StartTime { get; init; }
    /// <summary>When the check that saw the recovery began, or when the monitor was disabled; none while open.</summary>
    public DateTimeOffset? EndTime { get; set; }
    /// <summary>Whether a down notice has been written for it.</summary>
    public bool Alerted { get; set; }
    /// <summary>A <see cref="Monitors.FailureReason"/> by its wire name.</summary>
    public required string Reason { get; init; }
    /// <summary>None when there was no answer.</summary>
    public int? HttpStatus { get; init; }
    public int? LatencyMs { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
