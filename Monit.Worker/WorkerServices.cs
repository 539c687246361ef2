using System.Net;
using Microsoft.Extensions.Options;
using Monit.Core.Options;
using Monit.Worker.Alerting;
using Monit.Worker.Executor;
using Monit.Worker.Executor.Http;
using Monit.Worker.Reclaimer;
using Monit.Worker.Reconciler;
using Monit.Worker.ResultProcessor;
using Monit.Worker.Scheduler;
using Monit.Worker.Telemetry;

namespace Monit.Worker;

public static class WorkerServices
{
    /// <summary>Adds the pipeline. The host must register the stores and an <see cref="Monit.Alerts.Contract.IAlertsApi"/>.</summary>
    public static IHostApplicationBuilder AddMonitWorker(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<PipelineOptions>("Pipeline");
        services.AddValidatedOptions<SchedulerOptions>("Scheduler");
        services.AddValidatedOptions<ReclaimerOptions>("Reclaimer");
        services.AddValidatedOptions<ReconcilerOptions>("Reconciler");
        services.AddValidatedOptions<ExecutorOptions>("Executor");
        services.AddValidatedOptions<ResultProcessorOptions>("ResultProcessor");
        services.AddValidatedOptions<AlertDispatcherOptions>("Alerts");
        // Its name until 0.2.
        if (builder.Configuration["Alerts:DispatchWorkers"] is null)
            services.AddOptions<AlertDispatcherOptions>().Configure<IConfiguration>((options, settings) =>
                options.DispatchWorkers = settings.GetValue("Alert:WorkerCount", options.DispatchWorkers));
        services.AddValidatedOptions<ShutdownOptions>("Shutdown");
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, own) => host.ShutdownTimeout = own.Value.Timeout);

        services.AddValidatedOptions<TelemetryOptions>("Telemetry");
        services.AddSingleton<PipelineMetrics>().AddSingleton<CheckTracing>();
        services.AddHealthChecks().AddCheck<ClaimLoopHealthCheck>("claim-loop");
        services.AddSingleton<JobQueue>().AddSingleton<SchedulerStage>();
        services.AddSingleton(_ => new SystemResolver(Dns.GetHostAddresses));
        services.AddSingleton<TargetResolver>(provider => provider.GetRequiredService<SystemResolver>().ResolveAsync);
        services.AddSingleton(provider => new TargetGuard(
            provider.GetRequiredService<IOptions<ExecutorOptions>>().Value.AllowPrivateTargets ?? builder.Environment.IsDevelopment()));
        services.AddSingleton<TargetConnector>().AddSingleton<HttpConnections>().AddSingleton<HttpProbe>().AddSingleton<PermitPool>();
        services.AddSingleton<LeaseKeeper>().AddSingleton<ExecutorStage>();
        services.AddSingleton<ResultChannel>().AddSingleton<RetryBudget>().AddSingleton<Completions>();
        services.AddSingleton<Completer>().AddSingleton<IncidentWriter>().AddSingleton<ResultProcessorStage>();
        services.AddSingleton<AlertChannel>().AddSingleton<AlertDispatcher>();
        services.AddSingleton<ReclaimerStage>();
        services.AddSingleton<SweepRequests>().AddSingleton<Sweep>().AddSingleton<IncidentComparison>().AddSingleton<ReconcilerStage>();
        services.AddHostedService<Pipeline>();
        return builder;
    }
}
