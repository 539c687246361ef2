using Microsoft.Extensions.Options;
using Monit.Alerts.Telemetry;

namespace Monit.Alerts.Delivery;

/// <summary>Takes alerts from the queue and delivers up to <see cref="DeliveryOptions.DeliveryWorkers"/> concurrently.</summary>
internal sealed partial class DeliveryWorkers(
    DeliveryQueue queue, AlertDelivery delivery, TimeProvider time, IOptions<DeliveryOptions> options,
    IOptions<HostOptions> host, ILogger<DeliveryWorkers> logger) : BackgroundService
{
    private static readonly TimeSpan TimeToRecord = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _abort = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>Lets sends in progress finish, or aborts them early enough to record that.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var limit = host.Value.ShutdownTimeout;
        _abort.CancelAfter(limit > 2 * TimeToRecord ? limit - TimeToRecord : limit / 2);
        await using (cancellationToken.Register(_abort.Cancel))
            await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _abort.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Enumerable.Range(0, options.Value.DeliveryWorkers).Select(_ => Task.Run(() => WorkAsync(stoppingToken), stoppingToken)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var (id, requester) = await queue.TakeAsync(stopping);
            using var span = DeliveryTracing.StartDelivery(id, requester);
            try
            {
                await delivery.DeliverAsync(id, stopping, _abort.Token);
            }
            catch (Exception failure)
            {
                // The alert is still in SQL: the sweep finds it again, at the latest when its claim expires.
                LogFailed(logger, id, failure);
            }
        }
    }

    [LoggerMessage(2, LogLevel.Error, "Alert {AlertId} could not be handled; the sweep will try again")]
    private static partial void LogFailed(ILogger logger, Guid alertId, Exception failure);
}
