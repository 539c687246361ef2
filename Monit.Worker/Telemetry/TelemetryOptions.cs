using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Telemetry;

/// <summary>Section <c>Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The share of plain successes whose trace is kept, 0..1; default 0.01. Failures and state changes always are.</summary>
    [Range(0d, 1d)]
    public double SuccessRatio { get; set; } = 0.01;
}
