using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Telemetry;

/// <summary>Section <c>Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The share of successes whose trace is sampled, 0..1; default 0.01. Failures and state changes are always sampled.</summary>
    [Range(0d, 1d)]
    public double SuccessRatio { get; set; } = 0.01;
}
