using System.Diagnostics;
using Microsoft.Extensions.Options;
using Monit.Alerts.Contract;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Alerting;

/// <summary>Stage 4: notifies Monit.Alerts of new alerts, which are already in SQL.</summary>
internal sealed partial class AlertDispatcher(
    AlertChannel alerts, IAlertsApi api, IOptions<AlertDispatcherOptions> options, PipelineMetrics metrics, ILogger<AlertDispatcher> logger)
{
    /// <summary>Returns when the alert channel is completed and empty; <paramref name="giveUp"/> cancels the calls that remain.</summary>
    public Task RunAsync(CancellationToken giveUp)
    {
        metrics.ObserveQueue("alerts", () => alerts.Reader.Count);
        return Task.WhenAll(Enumerable.Range(0, options.Value.DispatchWorkers).Select(_ => WorkAsync(giveUp)));
    }

    private async Task WorkAsync(CancellationToken giveUp)
    {
        await foreach (var (id, check) in alerts.Reader.ReadAllAsync(CancellationToken.None))
        {
            using var dispatch = CheckTracing.StartDispatch(check);
            try
            {
                await api.SendAsync(new SendAlert(id), giveUp);
            }
            catch (Exception failure)
            {
                dispatch?.SetTag("error.type", failure.GetType().FullName).SetStatus(ActivityStatusCode.Error, failure.Message);
                LogNotDispatched(id, failure.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Monit.Alerts did not accept alert {AlertId} ({Reason}); its sweep will send it")]
    private partial void LogNotDispatched(Guid alertId, string reason);
}
