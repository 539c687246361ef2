using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Monit.Core.Alerts;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Alerts;
using Monit.IntegrationTests.Worker;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;
using Monit.Testing;
using Monit.Worker.Alerting;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>Worker and Alerts as two hosts connected by HTTP, a mail server, and a monitor that goes down and recovers.</summary>
internal sealed class TracedJourney : IAsyncDisposable
{
    private readonly SmtpSink _smtp = new();
    private AlertsHost _alerts = null!;

    public ScriptedTarget Target { get; } = new();
    public Spans Spans { get; } = new("Monit.Worker", "Monit.Alerts", "System.Net.Http", "Microsoft.AspNetCore", "Npgsql");
    public Spans.TracedLog Log { get; } = new();
    public WorkerHarness Worker { get; private set; } = null!;

    public static async Task<TracedJourney> StartAsync(LocalStores stores, double successRatio = 0, bool inProcess = false)
    {
        // The stores first: a test that is left out for want of one leaves no listener behind.
        var (database, redis) = (await stores.NewDatabaseAsync(), await stores.RedisConnectionStringAsync());
        var journey = new TracedJourney();
        // Alerts that the sweep finds are not in the check's trace.
        journey._alerts = await AlertsHost.StartAsync(
            services => services.AddMonitDb<PostgresMonitDb>(o => o.UseMonitPostgres(database)), journey._smtp.Port, ("Alerts:SweepInterval", "01:00:00"));
        journey.Worker = await WorkerHarness.StartAsync(stores, database, redis, settings: new()
        {
            ["Telemetry:SuccessRatio"] = FormattableString.Invariant($"{successRatio}"),
            ["Alerts:Key"] = AlertsHost.Key,
            ["services:alerts:http:0"] = journey._alerts.Client.BaseAddress!.ToString(),
        }, configure: builder =>
        {
            builder.Logging.AddProvider(journey.Log);
            builder.Services.AddServiceDiscovery();
            builder.AddAlertsClient();
            if (inProcess)
                builder.Services.AddSingleton(journey._alerts.InProcess);
        });
        return journey;
    }

    /// <summary>Takes a monitor down and up again, and waits for the delivery of both alerts.</summary>
    public async Task<Guid> RunAsync()
    {
        Target.Answer = ScriptedTarget.Status(500);
        var monitor = await Worker.AddAsync($"http://user:secret@127.0.0.1:{Target.Port}/status?key=secret", timeoutSec: 30);
        await Worker.StateAsync(monitor.Id, MonitorState.Down);
        // A recovery alert that waits for the down alert would not be delivered in its own check's trace.
        await Eventually.True(async () => (await Worker.AlertsAsync(monitor.Id)).Exists(alert => alert.Status == AlertStatus.Delivered), "the down mail is delivered");
        Target.Answer = ScriptedTarget.Status(200);
        await Worker.StateAsync(monitor.Id, MonitorState.Up);
        await Eventually.True(() => _smtp.Received.Count == 2, "the recovery mail is there");
        await Eventually.True(() => Spans.ChecksOf(monitor.Id).Count(check =>
            Spans.TraceOf(check).Exists(span => span.OperationName == "monit.alert.deliver")) == 2, "both traces are complete");
        return monitor.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await _alerts.DisposeAsync();
        await _smtp.DisposeAsync();
        await Target.DisposeAsync();
        Spans.Dispose();
    }
}
