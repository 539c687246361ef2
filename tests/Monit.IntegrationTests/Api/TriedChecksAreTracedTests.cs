using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Monit.Testing;
using Monit.IntegrationTests.Telemetry;

namespace Monit.IntegrationTests.Api;

/// <summary>Checks that are tried are measured and traced as docs/telemetry.md says, and not as the workers' own.</summary>
[Collection(nameof(SqliteApi))]
public sealed class TriedChecksAreTracedTests(SqliteApi api)
{
    [Fact]
    public async Task SpanAndHistogram_AreAsListed()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Monit.Api", Sample = (ref _) => ActivitySamplingResult.AllData, ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(tracing);
        var measured = new ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Attributes)>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name is "Monit.Api" or "Monit.Worker")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value))));
        meters.Start();
        await using var host = await api.StartAsync(("Network:AllowPrivateTargets", "true"));
        await using var target = new ScriptedTarget();
        var user = await host.NewUserAsync();
        var url = $"{target.Url}secret-path?token=secret-query";
        await user.SendAsync("POST", "/checks", new { url });
        await user.SendAsync("POST", "/checks", new { url, expected_status = 404 });

        var own = spans.Where(span => (int?)span.GetTagItem("server.port") == target.Port).ToList();
        var listed = DocumentTests.Rows("span").Single(row => row[0] == "`monit.trial`");
        Assert.All(own, span => Assert.Equal(("monit.trial", ActivityKind.Client), (span.OperationName, span.Kind)));
        Assert.Equal(DocumentTests.Names(listed[3]).Order(), own.SelectMany(span => span.TagObjects.Select(tag => tag.Key)).Distinct().Order());
        Assert.Equal(["success", "failure"], own.Select(span => span.GetTagItem("monit.check.outcome")));
        Assert.DoesNotContain(own.SelectMany(span => span.TagObjects), tag => $"{tag.Value}".Contains("secret", StringComparison.Ordinal));

        var histogram = DocumentTests.Rows("instrument").Single(row => row[0] == "`monit.trial.duration`");
        var trials = measured.Where(one => one.Instrument == "monit.trial.duration").ToList();
        Assert.Equal(DocumentTests.Names(histogram[4]).Order(), trials.SelectMany(one => one.Attributes.Keys).Distinct().Order());
        Assert.Contains(trials, one => Equals(one.Attributes.GetValueOrDefault("error.type"), "UNEXPECTED_STATUS"));
    }
}
