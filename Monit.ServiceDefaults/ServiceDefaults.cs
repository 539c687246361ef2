using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Monit.Core;
using Monit.ServiceDefaults.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Monit.ServiceDefaults;

/// <summary>What every service has: telemetry, health endpoints and service discovery.</summary>
public static class ServiceDefaults
{
    private const string Prometheus = "Telemetry:Prometheus";

    /// <summary>
    /// OpenTelemetry (exported where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says, and with <c>Telemetry:Prometheus</c> to who
    /// asks at <c>/metrics</c>), liveness, and service discovery.
    /// Deliberately nothing on every HttpClient: retries and headers would falsify an uptime check.
    /// </summary>
    public static T AddServiceDefaults<T>(this T builder) where T : IHostApplicationBuilder
    {
        // Below everything the user sets: a line for every SQL command or HTTP call would be a line for every check.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                // What a store refuses is answered or logged by the caller.
                ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "None",
                // Degraded is said to whoever asks, and may last for hours.
                ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "Error",
                ["Logging:LogLevel:System"] = "Warning",
                ["Logging:LogLevel:Polly"] = "Warning",
                ["Logging:LogLevel:StackExchange.Redis"] = "None",
            },
        });
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        // Until the start is through, what it throws reaches StartProblem, which says it without a stack trace.
        var start = new StartState();
        builder.Services.AddSingleton(start);
        foreach (var category in (string[])["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"])
            builder.Logging.AddFilter(category, level => start.Started && level >= LogLevel.Warning);

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddAttributes([new("service.version", Product.Version)]))
            .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddMeter("Monit.*")
                // Each metric sets room for so many series aside, and by default for 2000: 21 MB of a worker's memory.
                .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = 500 }))
            .WithTracing(tracing => tracing.AddSource(builder.Environment.ApplicationName).AddSource("Monit.*").AddProcessor(new SqlSpanNames())
                .AddAspNetCoreInstrumentation(o => o.Filter = http => !IsOwn(http.Request.Path))
                // Spans only, and no metrics: these have the address as an attribute. The probe's handler makes neither.
                .AddHttpClientInstrumentation(o => o.FilterHttpRequestMessage = http => !IsOwn(http.RequestUri?.AbsolutePath)));
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_TRACES_SAMPLER"]))
            telemetry.WithTracing(tracing => tracing.SetSampler(new ParentBasedSampler(new RootSampler())));
        if (builder.Configuration.GetValue<bool>(Prometheus))
            telemetry.WithMetrics(metrics => metrics.AddPrometheusExporter());
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddFrontDoor();
        builder.Services.AddHealth();
        builder.Services.AddServiceDiscovery();
        return builder;
    }

    /// <summary><c>/health</c>: ready to serve, stores included. <c>/alive</c>: the process answers.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<StartState>().Started = true);
        app.MapHealth();
        if (app.Configuration.GetValue<bool>(Prometheus))
            app.MapPrometheusScrapingEndpoint().AllowAnonymous();
        return app;
    }

    // What asks for our state is no work worth a trace.
    private static bool IsOwn(string? path) => path is "/health" or "/alive" or "/metrics";

    private sealed class StartState
    {
        public bool Started { get; set; }
    }
}
