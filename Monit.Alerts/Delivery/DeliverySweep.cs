using Microsoft.Extensions.Options;
using Monit.Alerts.Limits;

namespace Monit.Alerts.Delivery;

/// <summary>
/// Finds due alerts that were not requested (Worker or Alerts crashed), that are due for a retry, or whose sender died.
/// </summary>
internal sealed partial class DeliverySweep(
    DeliveryStore store, MailLimits limits, DeliveryQueue queue, TimeProvider time, IOptions<DeliveryOptions> options,
    ILogger<DeliverySweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Waits for room in the queue, so a backlog of any length is queued at the rate of delivery.
    private async Task SweepAsync(CancellationToken ct)
    {
        List<DueAlert> page;
        DueAlert? last = null;
        do
        {
            page = await store.DueAsync(last, ct);
            foreach (var alert in page)
                await queue.OfferAsync(alert.Id, ct);
            last = page.LastOrDefault();
        }
        while (page.Count == options.Value.SweepPage);
        await limits.TidyAsync(ct);
    }

    [LoggerMessage(1, LogLevel.Warning, "Due alerts could not be read; the next sweep tries again")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
