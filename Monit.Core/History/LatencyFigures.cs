namespace Monit.Core.History;

/// <summary>What is shown of latencies, in ms within <see cref="LatencyCode.Accuracy"/>; null where there were none, or where it is not kept.</summary>
public readonly record struct LatencyFigures(double? Min, double? P50, double? P95, double? P99, double? Max)
{
    public static LatencyFigures Of(LatencySketch sketch) =>
        new(sketch.Percentile(0), sketch.Percentile(0.5), sketch.Percentile(0.95), sketch.Percentile(0.99), sketch.Percentile(1));

    /// <param name="codes">Those of <see cref="ResultDaySummary.Latency"/>.</param>
    public static LatencyFigures Of(ReadOnlySpan<byte> codes) => codes is [var min, var p50, var p95, var p99, var max]
        ? new(LatencyCode.Ms(min), LatencyCode.Ms(p50), LatencyCode.Ms(p95), LatencyCode.Ms(p99), LatencyCode.Ms(max)) : default;
}
