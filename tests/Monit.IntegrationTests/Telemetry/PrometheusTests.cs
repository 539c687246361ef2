using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Monit.ServiceDefaults;
using Monit.Testing;
using OpenTelemetry.Metrics;

namespace Monit.IntegrationTests.Telemetry;

public sealed class PrometheusTests(LocalStores stores)
{
    [Theory]
    [InlineData("true", HttpStatusCode.OK)]
    [InlineData("false", HttpStatusCode.NotFound)]
    public async Task Metrics_AreExposedOnlyIfConfigured(string setting, HttpStatusCode expected)
    {
        await using var alerts = await ServiceApps.StartAlertsAsync(await stores.NewDatabaseAsync(), 0, ("Telemetry:Prometheus", setting));
        using var http = new HttpClient { BaseAddress = new Uri(alerts.Urls.First()) };
        using var answer = await http.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.OK)
            Assert.Contains("monit_alert_queue_length", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metric_KeepsItsBuckets_AndCountsFurtherAttributesAsOverflow()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Telemetry:Prometheus"] = "true";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // A meter name of its own, since other tests listen to Monit's.
        builder.AddServiceDefaults().Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter("Room"));
        await using var app = builder.Build();
        app.MapDefaultEndpoints();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var meter = new Meter("Room");
        meter.CreateHistogram("room.duration", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.007] }).Record(0.005);
        var many = meter.CreateCounter<long>("room.many");
        for (var i = 0; i < 600; i++)
            many.Add(1, new KeyValuePair<string, object?>("n", i));

        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var lines = (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken)).Split('\n');

        Assert.Contains(lines, line => line.StartsWith("room_duration_seconds_bucket", StringComparison.Ordinal) && line.Contains("le=\"0.007\"", StringComparison.Ordinal));
        var series = lines.Where(line => line.StartsWith("room_many_total{", StringComparison.Ordinal)).ToList();
        Assert.InRange(series.Count, 500, 502);
        Assert.Contains(series, line => line.Contains("otel_metric_overflow=\"true\"", StringComparison.Ordinal));
    }
}
