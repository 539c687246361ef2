using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Worker.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Monit.Benchmarks;

/// <summary>The cost of a check's metrics while OpenTelemetry collects them.</summary>
[MemoryDiagnoser]
public class Telemetry
{
    private static readonly Verdict Up = Verdict.Up(200, TimeSpan.FromMilliseconds(20));
    private static readonly Observation New = new(null, 200, TimeSpan.FromMilliseconds(20), new Phases(1000, 2000, 0, 8500, 500));
    private static readonly Observation Kept = New with { Phases = new Phases(0, 0, 0, 8500, 500) };
    private readonly PipelineMetrics _metrics = new ServiceCollection().AddMetrics().AddSingleton<PipelineMetrics>()
        .BuildServiceProvider().GetRequiredService<PipelineMetrics>();
    private readonly MeterProvider _collecting = Sdk.CreateMeterProviderBuilder()
        .AddMeter(PipelineMetrics.MeterName).AddReader(new BaseExportingMetricReader(new Nowhere())).Build();

    /// <summary>All phases but TLS, and the duration.</summary>
    [Benchmark]
    public void CheckOnANewConnection() => _metrics.RecordCheck(Up, New);

    /// <summary>The duration alone.</summary>
    [Benchmark]
    public void CheckOnAKeptConnection() => _metrics.RecordCheck(Up, Kept);

    [GlobalCleanup]
    public void Cleanup() => _collecting.Dispose();

    private sealed class Nowhere : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
    }
}
