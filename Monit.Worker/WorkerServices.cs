using System.Net;
using Microsoft.Extensions.Options;
using Monit.Core.Alerts;
using Monit.Core.Incidents;
using Monit.Core.Options;
using Monit.Probes;
using Monit.Storage.History;
using Monit.Worker.Alerting;
using Monit.Worker.Completer;
using Monit.Worker.Executor;
using Monit.Worker.History;
using Monit.Worker.Jobs;
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
        builder.AddMonitProbes();
        var services = builder.Services;
        services.AddValidatedOptions<PipelineOptions>("Pipeline");
        services.AddValidatedOptions<SchedulerOptions>("Scheduler");
        services.AddValidatedOptions<LeaseOptions>("Scheduler");
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
        services.AddSingleton<Owners>().AddSingleton<PermitPool>().AddSingleton<StallWatch>().AddSingleton<CheckErrors>();
        services.AddValidatedOptions<GoodCheckOptions>("ResultProcessor");
        services.AddSingleton<GoodChecks>().AddSingleton<ConfigReader>();
        services.AddSingleton<SecretTroubles>().AddHealthChecks().AddCheck<SecretTroubles>("secrets");
        services.AddSingleton<Shortages>().AddHealthChecks().AddCheck<Shortages>("capacity");
        services.AddSingleton<LeaseKeeper>().AddSingleton<ExecutorStage>();
        services.AddSingleton<ResultChannel>().AddSingleton<RetryBudget>().AddSingleton<Completions>();
        services.AddSingleton<CompleterStage>().AddSingleton<IncidentWriter>().AddSingleton<ResultProcessorStage>();
        services.AddSingleton<AlertChannel>().AddSingleton<AlertDispatcher>();
        services.AddSingleton<ReclaimerStage>();
        services.AddValidatedOptions<HistoryOptions>("History");
        services.AddSingleton<ResultStore>().AddSingleton<Recorder>();
        services.AddSingleton<ClaimWake>().AddSingleton<SweepRequests>().AddSingleton<Sweep>().AddSingleton<IncidentComparison>().AddSingleton<StateComparison>().AddSingleton<ReconcilerStage>();
        services.AddSingleton<CountersStage>();
        services.AddSingleton<RollUps>().AddSingleton<MonthRollUps>().AddSingleton<HistoryRetention>().AddSingleton<RollUpStage>();
        services.AddHostedService<Pipeline>();
        return builder;
    }
}
