using Monit.Core.Checks;
using Monit.Core.Checks.Settings;

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
    /// <summary>The HTTP status that counts as up, 100..599; without effect if <see cref="AnyStatus"/>.</summary>
    public int ExpectedStatus { get; set; } = 200;
    /// <summary>Whether no status in particular is expected. Beside the other, which older processes read and never expect to be null.</summary>
    public bool AnyStatus { get; set; }
    /// <summary>With <see cref="Secret.Mask"/> in place of secrets.</summary>
    public CheckSettings Settings { get; set; } = CheckSettings.None;
    /// <summary>The secrets of <see cref="Settings"/>, encrypted; null if there are none.</summary>
    public string? SealedSecrets { get; set; }
    /// <summary>At most 20, each 1..50 characters, in the owner's order.</summary>
    public List<string> Tags { get; set; } = [];
    /// <inheritdoc cref="MonitorRules"/>
    public int? Retries { get; set; }
    /// <inheritdoc cref="MonitorRules"/>
    public int? RetryDelaySec { get; set; }
    /// <inheritdoc cref="MonitorRules"/>
    public int? FailureThreshold { get; set; }
    /// <inheritdoc cref="MonitorRules"/>
    public int? SuccessThreshold { get; set; }
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
        AnyStatus ? null : ExpectedStatus,
        LatencyThresholdMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        Url)
    {
        Settings = Settings,
        SealedSecrets = SealedSecrets,
        Rules = new MonitorRules(Retries, RetryDelaySec, FailureThreshold, SuccessThreshold),
    };
}
