using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Options;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Worker;
using Monit.Worker.Executor;
using Monit.Worker.ResultProcessor;
using Monit.Worker.Telemetry;

namespace Monit.Benchmarks;

/// <summary>What every check costs beyond its sockets.</summary>
[MemoryDiagnoser]
public class HotPath
{
    private static readonly Guid Id = Guid.Parse("01922a5e-7d3c-7b1a-9c52-3f1e8c4d2a10");
    private static readonly ResultProcessorOptions Rules = new();
    private static readonly ProbeResult Up = ProbeResult.Up(200, TimeSpan.FromMilliseconds(20));
    private static readonly Outcome UpOutcome = new(MonitorState.Up, default, NextCheck.Slot, IncidentChange.None);
    private readonly CheckTracing _tracing = new(Options.Create(new TelemetryOptions()), TimeProvider.System);
    private readonly CheckedJob _done = new(new CheckJob(0, default, 1, new LeaseClock(TimeProvider.System, 0, 0, TimeSpan.Zero)), Up, 0);
    private readonly string _config = new CheckConfig(
        7, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), 200, null, "https://example.com/health").Encode();

    [Benchmark]
    public bool DecodeConfig() => CheckConfig.TryDecode(_config, out _);

    [Benchmark]
    public long NextSlot() => Cadence.Next(Id, 1_700_000_000_000, TimeSpan.FromSeconds(30));

    [Benchmark]
    public object DecideUp() => Decision.Decide(default(IncidentState), Up, 1_700_000_000_000, Rules, true).State;

    /// <summary>What telemetry adds to a successful check while nothing listens: no allocation.</summary>
    [Benchmark]
    public void TraceUp() => _tracing.Start(_done, UpOutcome, 0);

    [Benchmark]
    public string EncodeStatus() => new MonitorStatus(MonitorState.Up, 200, 20, null, 1_700_000_000_000).Encode();
}
