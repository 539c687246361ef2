using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Probes;
using Monit.Probes.Http;
using Monit.Probes.Http.Fast;
using Monit.Probes.Http.Full;
using Monit.Probes.Runs;
using Monit.ServiceDefaults;
using Monit.Storage.Schedule;
using Monit.Testing;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;
using OpenTelemetry.Trace;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>The traces of checks.</summary>
[Trait("Speed", "Slow")]
public sealed class TraceTests(LocalStores stores)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FailingCheck_IsOneTrace_FromItsClaimToTheDeliveredAlert()
    {
        await using var journey = await TracedJourney.StartAsync(stores);
        var id = await journey.RunAsync();

        // The first: it may be checked again, and be down again, before its mail is delivered.
        var root = journey.Spans.ChecksOf(id).Where(check => Equals(check.GetTagItem("monit.monitor.state"), "down")).MinBy(check => check.StartTimeUtc);
        Assert.NotNull(root);
        var trace = journey.Spans.TraceOf(root);
        Activity One(string name, ActivityKind kind) => Assert.Single(trace, span => span.DisplayName == name && span.Kind == kind);
        void Under(Activity parent, Activity child) => Assert.Equal(parent.SpanId, child.ParentSpanId);

        Assert.Equal(default, root.ParentSpanId);
        var (claim, get) = (One("monit.claim", ActivityKind.Client), One("GET", ActivityKind.Client));
        var (decide, write) = (One("monit.decide", ActivityKind.Internal), One("monit.incident.write", ActivityKind.Internal));
        var (complete, dispatch) = (One("monit.complete", ActivityKind.Client), One("monit.alert.dispatch", ActivityKind.Producer));
        Assert.All([claim, get, decide, write, complete, dispatch], child => Under(root, child));
        Assert.Contains(trace, span => span.Source.Name == "Npgsql" && span.ParentSpanId == write.SpanId);
        var post = One("POST", ActivityKind.Client);
        var server = Assert.Single(trace, span => span.Kind == ActivityKind.Server);
        var deliver = One("monit.alert.deliver", ActivityKind.Consumer);
        Under(dispatch, post);
        Under(post, server);
        Under(server, deliver);
        Under(deliver, One("monit.alert.send", ActivityKind.Client));

        Activity[] inOrder = [claim, get, decide, write, complete];
        Assert.Equal(inOrder, inOrder.OrderBy(span => span.StartTimeUtc));
        Assert.InRange(claim.StartTimeUtc - root.StartTimeUtc, TimeSpan.FromMilliseconds(-5), TimeSpan.FromMilliseconds(5));
        Assert.Equal($"http://127.0.0.1:{journey.Target.Port}/status", get.GetTagItem("url.full"));
        Assert.Equal(500, get.GetTagItem("http.response.status_code"));
        Assert.All(["connect", "first_byte", "transfer"], phase => Assert.InRange((double)get.GetTagItem($"monit.check.phase.{phase}")!, 1e-6, 10));
        Assert.Null(get.GetTagItem("monit.check.phase.tls"));
        Assert.Equal("delivered", deliver.GetTagItem("monit.alert.status"));
        Assert.Equal("completed", root.GetTagItem("monit.check.ending"));
        Assert.Equal(root.TraceId, Assert.Single(journey.Log.Lines, line => line.Line.Contains(" is down: ", StringComparison.Ordinal)).Trace);
    }

    [Fact]
    public async Task DetailOfAFailure_IsInTheLogAndTheTrace()
    {
        await using var target = new ScriptedTarget(ScriptedTarget.Certificate(TimeProvider.System.GetUtcNow().AddDays(1)));
        await using var journey = await TracedJourney.StartAsync(stores);
        var id = (await journey.Worker.AddAsync(target.Url, timeoutSec: 30)).Id;
        await journey.Worker.StateAsync(id, MonitorState.Down);

        const string detail = "self-signed certificate";
        await Eventually.True(() => journey.Spans.ChecksOf(id).Any(), "the trace is complete");
        var get = Assert.Single(journey.Spans.TraceOf(journey.Spans.ChecksOf(id).First()), span => span.DisplayName == "GET");
        Assert.StartsWith(detail, Assert.IsType<string>(get.GetTagItem("monit.check.detail")), StringComparison.Ordinal);
        Assert.Contains(journey.Log.Lines, line => line.Line.Contains($" is down: TLS_ERROR, HTTP status (null), detail: {detail}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recovery_IsSampled_AlthoughItIsASuccess()
    {
        await using var journey = await TracedJourney.StartAsync(stores);
        var id = await journey.RunAsync();
        var root = Assert.Single(journey.Spans.ChecksOf(id), check => Equals(check.GetTagItem("monit.monitor.state"), "up"));
        Assert.Contains(journey.Spans.TraceOf(root), span => span.OperationName == "monit.alert.send");
        Assert.Equal(root.TraceId, Assert.Single(journey.Log.Lines, line => line.Line.EndsWith("is up again", StringComparison.Ordinal)).Trace);
    }

    [Fact]
    public async Task Standalone_HasTheSameTrace_WithoutHttp()
    {
        await using var journey = await TracedJourney.StartAsync(stores, inProcess: true);
        var id = await journey.RunAsync();
        foreach (var trace in journey.Spans.ChecksOf(id).Select(journey.Spans.TraceOf).Where(trace => trace.Exists(span => span.OperationName == "monit.alert.dispatch")))
        {
            var dispatch = Assert.Single(trace, span => span.OperationName == "monit.alert.dispatch");
            Assert.Equal(dispatch.SpanId, Assert.Single(trace, span => span.OperationName == "monit.alert.deliver").ParentSpanId);
            Assert.DoesNotContain(trace, span => span.Source.Name is "System.Net.Http" or "Microsoft.AspNetCore");
        }
    }

    [Theory]
    [InlineData(ActivityKind.Client, SamplingDecision.Drop)]
    [InlineData(ActivityKind.Consumer, SamplingDecision.RecordAndSample)]
    public void CallWithoutAParent_StartsNoTrace(ActivityKind kind, SamplingDecision expected) => Assert.Equal(expected,
        new RootSampler().ShouldSample(new SamplingParameters(default, ActivityTraceId.CreateRandom(), "any", kind)).Decision);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task PlainSuccess_IsSampledByRatio(double ratio)
    {
        await using var journey = await TracedJourney.StartAsync(stores, ratio);
        var monitor = await journey.Worker.AddAsync(journey.Target.Url);
        await Eventually.True(() => journey.Target.Requests.Count >= 3, "three checks");
        await Eventually.True(() => journey.Spans.ChecksOf(monitor.Id).Count() >= 2 * ratio, "traces");
        Assert.Equal(ratio > 0, journey.Spans.Started.Any(span => Equals(span.GetTagItem("monit.monitor.id"), monitor.Id.ToString())));
    }

    [Theory]
    [InlineData("Auto", typeof(FastEngine))]
    [InlineData("Fast", typeof(FastEngine))]
    [InlineData("Full", typeof(FullEngine))]
    public async Task Probe_CreatesNoSpanAndNoMetricOfDotnet_AndSendsNoTraceContext(string setting, Type engine)
    {
        await using var target = new ScriptedTarget();
        using var spans = new Spans("System.Net.Http");
        using var metrics = new HttpMetrics();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Executor:HttpEngine"] = setting;
        builder.Configuration["Network:AllowPrivateTargets"] = "true";
        builder.AddMonitProbes().Services.AddSingleton(TimeProvider.System);
        using var host = builder.Build();
        Assert.IsType(engine, host.Services.GetRequiredService<IHttpEngine>());
        using var activity = new Activity("test").Start();
        var seen = await host.Services.GetRequiredService<ProbeRegistry>().RunAsync(
            new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 200, null, target.Url), withAnswer: false, Ct);
        Assert.Equal(200, seen.HttpStatus);
        Assert.DoesNotContain("traceparent", Assert.Single(target.Requests), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(spans.Started, span => span.TraceId == activity.TraceId);
        Assert.DoesNotContain(target.Port, metrics.Ports);

        // Another client does create them, so the listeners work.
        using var http = new HttpClient();
        await http.GetStringAsync(new Uri(target.Url), Ct);
        Assert.Contains(spans.Started, span => span.TraceId == activity.TraceId);
        Assert.Contains(target.Port, metrics.Ports);
    }

    [Fact]
    public void BatchOfTransitions_IsOneSpan_LinkedWithTheOtherTraces()
    {
        using var spans = new Spans("Monit.Worker");
        var tracing = new CheckTracing(Options.Create(new TelemetryOptions()), TimeProvider.System);
        var outcome = new Outcome(MonitorState.Down, default, NextCheck.Slot, IncidentChange.Open);
        var batch = Enumerable.Range(0, 3).Select(_ => new PendingTransition(Failed(), outcome)).ToList();
        batch.ForEach(pending => tracing.Start(pending.Checked, outcome, 0));
        var roots = batch.ConvertAll(pending => pending.Job.Trace!);
        Assert.Equal(3, roots.DistinctBy(root => root.TraceId).Count());

        var write = CheckTracing.StartWrite(batch)!;
        write.Stop();
        CheckTracing.Join(batch, write);
        Assert.Equal(roots[0].SpanId, write.ParentSpanId);
        Assert.Equal([roots[1].Context, roots[2].Context], write.Links.Select(link => link.Context));
        foreach (var root in roots.Skip(1))
        {
            var part = Assert.Single(spans.TraceOf(root), span => span.OperationName == "monit.incident.write");
            Assert.Equal(write.Context, Assert.Single(part.Links).Context);
        }
        batch.ForEach(pending => CheckTracing.End(pending.Job, "completed"));
    }

    [Fact]
    public void ClaimOfMany_LinksTheirTraces()
    {
        using var spans = new Spans("Monit.Worker");
        var tracing = new CheckTracing(Options.Create(new TelemetryOptions()), TimeProvider.System);
        var clock = Clock();
        var checks = Enumerable.Range(0, 3).Select(_ => Checked(Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, 500), clock)).ToList();
        checks.ForEach(check => tracing.Start(check, new Outcome(MonitorState.Failing, default, NextCheck.Slot, IncidentChange.None), 0));

        var claims = checks.ConvertAll(check => Assert.Single(spans.TraceOf(check.Job.Trace!), span => span.OperationName == "monit.claim"));
        Assert.Empty(claims[0].Links);
        Assert.All(claims.Skip(1), claim => Assert.Equal(claims[0].Context, Assert.Single(claim.Links).Context));
        checks.ForEach(check => CheckTracing.End(check.Job, "completed"));
    }

    internal static CheckedJob Failed() => Checked(Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, 500));

    private static LeaseClock Clock() => new(TimeProvider.System, 0, TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(1));

    internal static CheckedJob Checked(Verdict verdict, LeaseClock? clock = null, Observation seen = default)
    {
        var now = TimeProvider.System.GetTimestamp();
        var job = new CheckJob(0, new ClaimedJob(Guid.CreateVersion7(), 0, default), default, 1, clock ?? Clock())
        {
            Config = new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), 200, null, "http://127.0.0.1/"),
        };
        return new CheckedJob(new ObservedJob(job, seen, 0, now, now), new Judgement(verdict));
    }

    /// <summary>The ports for which .NET's HTTP clients measure something.</summary>
    private sealed class HttpMetrics : IDisposable
    {
        private readonly ConcurrentDictionary<int, bool> _ports = new();
        private readonly MeterListener _listener = new();

        public HttpMetrics()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "System.Net.Http" || instrument.Meter.Name.StartsWith("Monit.", StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Note(tags));
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Note(tags));
            _listener.Start();

            void Note(ReadOnlySpan<KeyValuePair<string, object?>> tags)
            {
                foreach (var tag in tags)
                    if (tag is { Key: "server.port", Value: int port })
                        _ports[port] = true;
            }
        }

        public ICollection<int> Ports => _ports.Keys;

        public void Dispose() => _listener.Dispose();
    }
}
