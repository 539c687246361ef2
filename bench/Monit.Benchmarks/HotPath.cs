using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Probes.Network;
using Monit.Worker.Completer;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Benchmarks;

/// <summary>The cost of a check apart from its sockets.</summary>
[MemoryDiagnoser]
public class HotPath
{
    private static readonly Guid Id = Guid.Parse("01922a5e-7d3c-7b1a-9c52-3f1e8c4d2a10");
    private static readonly DecisionRules Rules = new();
    private static readonly CheckConfig Config = new(7, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), 200, null, "https://example.com/health");
    private static readonly Verdict Up = Verdict.Up(200, TimeSpan.FromMilliseconds(20));
    private static readonly Observation Seen = new(null, 200, TimeSpan.FromMilliseconds(20), new Phases(1000, 2000, 8000, 8500, 500));
    private static readonly Outcome UpOutcome = new(MonitorState.Up, default, NextCheck.Slot, IncidentChange.None);
    private static readonly IPAddress Address = IPAddress.Parse("93.184.215.14");
    private readonly TargetGuard _guard = new(allowPrivate: false);
    private readonly PipelineMetrics _metrics = new ServiceCollection().AddMetrics().AddSingleton<PipelineMetrics>()
        .BuildServiceProvider().GetRequiredService<PipelineMetrics>();
    private readonly CheckTracing _tracing = new(Options.Create(new TelemetryOptions()), TimeProvider.System);
    private readonly CheckedJob _done = new(new ObservedJob(new CheckJob(0, default, default, 1, new LeaseClock(TimeProvider.System, 0, 0, TimeSpan.Zero)), Seen, 0), new Judgement(Up));
    private readonly byte[] _format1 = Encoding.UTF8.GetBytes(Config.Encode(1));
    private readonly byte[] _format2 = Encoding.UTF8.GetBytes(Config.Encode(2));

    [Benchmark]
    public bool DecodeConfig1() => CheckConfig.TryDecode(_format1, out _);

    [Benchmark]
    public bool DecodeConfig2() => CheckConfig.TryDecode(_format2, out _);

    [Benchmark]
    public string EncodeConfig1() => Config.Encode(1);

    [Benchmark]
    public string EncodeConfig2() => Config.Encode(2);

    /// <summary>What the Scheduler does to each claimed job.</summary>
    [Benchmark]
    public int FormatOfConfig() => CheckConfig.FormatOf(_format2);

    [Benchmark]
    public long NextSlot() => Cadence.Next(Id, 1_700_000_000_000, TimeSpan.FromSeconds(30));

    [Benchmark]
    public bool JudgeUp() => Judge.Of(Config, Seen, DateTimeOffset.UnixEpoch).Verdict.Success;

    [Benchmark]
    public object DecideUp() => Decision.Decide(default(IncidentState), Up, 1_700_000_000_000, Rules, true).State;

    /// <summary>Tracing of a successful check without a listener; must not allocate.</summary>
    [Benchmark]
    public void TraceUp() => _tracing.Start(_done, UpOutcome, 0);

    /// <summary>The same with the metrics of a successful check.</summary>
    [Benchmark]
    public void MeasureUp()
    {
        _metrics.Claims.Add(1);
        _metrics.ScheduleLag.Record(0.1);
        _metrics.RecordCheck(Up, Seen);
        _tracing.Start(_done, UpOutcome, 0);
        _tracing.EndWritten(_done.Job, "complete", false, 0, default);
        _metrics.Completions.Add(1);
    }

    /// <summary>A public address with private targets refused, so that every rule is evaluated.</summary>
    [Benchmark]
    public bool GuardAddress() => _guard.Allows(Address);

    [Benchmark]
    public string EncodeStatus() => new MonitorStatus(MonitorState.Up, 200, 20, null, 1_700_000_000_000).Encode();
}
