namespace Monit.Core.Monitors;

/// <summary>A URL that is checked every interval. SQL holds the truth; Redis a copy with its version.</summary>
public sealed class UptimeMonitor
{
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public string? Name { get; set; }
    /// <summary>Absolute http or https URL, at most 2048 characters.</summary>
    public required string Url { get; set; }
    /// <summary>Where alerts go; none: the owner's address.</summary>
    public string? AlertEmail { get; set; }
    /// <summary>Seconds from one check to the next, 1..86 400.</summary>
    public required int IntervalSec { get; set; }
    /// <summary>Seconds that a whole check may take, 1..60, below the interval.</summary>
    public required int TimeoutSec { get; set; }
    /// <summary>An answer slower than this is a failure; none: any latency will do.</summary>
    public int? LatencyThresholdMs { get; set; }
    /// <summary>The HTTP status that counts as up, 100..599.</summary>
    public int ExpectedStatus { get; set; } = 200;
    public bool Enabled { get; set; } = true;
    /// <summary>Rises with every change of what or how to check, <see cref="Enabled"/> included.</summary>
    public long Version { get; set; } = 1;
    /// <summary>The version that Redis is known to have; a gap is closed by the Reconciler.</summary>
    public long SyncedVersion { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
}
