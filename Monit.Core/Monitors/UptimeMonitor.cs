using Monit.Core.Checks;

namespace Monit.Core.Monitors;

/// <summary>A URL that is checked once per interval. SQL is the source of truth; Redis has a copy of a certain version.</summary>
public sealed class UptimeMonitor
{
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public string? Name { get; set; }
    /// <summary>Absolute http or https URL, at most 2048 characters.</summary>
    public required string Url { get; set; }
    /// <summary>The recipient of alerts; null: the owner's address.</summary>
    public string? AlertEmail { get; set; }
    /// <summary>Seconds between two checks, 1..86 400.</summary>
    public required int IntervalSec { get; set; }
    /// <summary>The limit of a whole check in seconds, 1..60, below the interval.</summary>
    public required int TimeoutSec { get; set; }
    /// <summary>Milliseconds above which a response counts as a failure; null: no limit.</summary>
    public int? LatencyThresholdMs { get; set; }
    /// <summary>The HTTP status that counts as up, 100..599.</summary>
    public int ExpectedStatus { get; set; } = 200;
    public bool Enabled { get; set; } = true;
    /// <summary>Incremented by every change that affects checks, including <see cref="Enabled"/>.</summary>
    public long Version { get; set; } = 1;
    /// <summary>The version that Redis is known to have; if it is lower than <see cref="Version"/>, the Reconciler updates Redis.</summary>
    public long SyncedVersion { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>What a worker needs to check it.</summary>
    public CheckConfig ToCheckConfig() => new(
        Version,
        TimeSpan.FromSeconds(IntervalSec),
        TimeSpan.FromSeconds(TimeoutSec),
        ExpectedStatus,
        LatencyThresholdMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        Url);
}
