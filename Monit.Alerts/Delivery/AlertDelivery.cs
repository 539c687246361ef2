using System.Diagnostics;
using Microsoft.Extensions.Options;
using Monit.Alerts.Channels;
using Monit.Alerts.Routing;
using Monit.Alerts.Telemetry;
using Monit.Core.Alerts;

namespace Monit.Alerts.Delivery;

/// <summary>Claims one alert, sends it, and records the result.</summary>
internal sealed partial class AlertDelivery(
    DeliveryStore store, DeliveryQueue queue, IEnumerable<IAlertChannel> channels, DeliveryMetrics metrics, TimeProvider time,
    IOptions<DeliveryOptions> options, ILogger<AlertDelivery> logger)
{
    private static readonly TimeSpan RecordRetryDelay = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, IAlertChannel> _channels = channels.ToDictionary(channel => channel.Kind);

    /// <param name="stopping">No new send starts once it is cancelled.</param>
    /// <param name="abort">Aborts a send in progress.</param>
    public async Task DeliverAsync(Guid id, CancellationToken stopping, CancellationToken abort)
    {
        if (await store.ClaimAsync(id, abort) is not { } claim)
        {
            Activity.Current.Discard();
            return;
        }

        var destination = claim.Destination;
        var startedAt = time.GetUtcNow();
        var start = time.GetTimestamp();
        var result = stopping.IsCancellationRequested ? new SendResult(SendOutcome.NotSent)
            : !claim.Wanted ? new SendResult(SendOutcome.Cancelled, "The monitor was disabled.")
            : await SendAsync(claim, destination, abort);
        var took = time.GetElapsedTime(start);

        var status = StatusAfter(claim, result);
        var error = result.Outcome is SendOutcome.NotSent ? claim.Alert.LastError : OneLine.Of(result.Error, 500);
        DateTimeOffset? retryAt = result.Outcome is SendOutcome.Failed
            ? time.GetUtcNow() + options.Value.Backoff(claim.Alert.Attempts) : null;
        var attempt = !result.Tried ? null : new AlertAttempt
        {
            Id = Guid.CreateVersion7(startedAt),
            AlertId = id,
            Number = claim.Alert.Attempts,
            Channel = destination.Channel,
            StartedAt = startedAt,
            DurationMs = (int)took.TotalMilliseconds,
            Error = error,
        };
        Log(claim, result, status, error);
        metrics.Count(claim.Alert.Kind, status);
        if (result.Tried)
            metrics.RecordAttempt(destination.Channel, result.Outcome, took);
        Activity.Current.Ended(claim.Alert.Kind, status);

        if (!await EndAsync(() => store.EndAsync(claim, status, error, retryAt, attempt), claim, abort))
            LogLost(logger, id);
        if (claim.Alert.Kind is AlertKind.Down && status is not AlertStatus.Pending
            && await store.WaitingRecoveryAsync(claim.Alert, abort) is { } recovery)
            queue.TryOffer(recovery);
    }

    private async Task<SendResult> SendAsync(Claim claim, Destination destination, CancellationToken abort)
    {
        using var span = DeliveryTracing.StartSend(destination.Channel);
        var result = await _channels[destination.Channel].SendAsync(claim.Message, destination.Settings, abort);
        span.Ended(result);
        return result;
    }

    private AlertStatus StatusAfter(Claim claim, SendResult result) => result.Outcome switch
    {
        SendOutcome.Delivered => AlertStatus.Delivered,
        SendOutcome.Refused => AlertStatus.Failed,
        SendOutcome.Undeliverable => AlertStatus.Undeliverable,
        SendOutcome.Cancelled => AlertStatus.Cancelled,
        SendOutcome.Failed when claim.Alert.Attempts >= options.Value.MaxAttempts => AlertStatus.Failed,
        _ => AlertStatus.Pending,
    };

    // Retries until the claim expires. After that another sender may send the alert again, with the same Message-ID.
    private async Task<bool> EndAsync(Func<Task<bool>> end, Claim claim, CancellationToken abort)
    {
        while (true)
        {
            try
            {
                return await end();
            }
            catch (Exception failure) when (time.GetUtcNow() + RecordRetryDelay < claim.Until && !abort.IsCancellationRequested)
            {
                LogNotRecorded(logger, claim.Alert.Id, failure);
            }
            await Task.Delay(RecordRetryDelay, time, abort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Log(Claim claim, SendResult result, AlertStatus status, string? error)
    {
        var (id, kind, number) = (claim.Alert.Id, claim.Alert.Kind, claim.Alert.Attempts);
        if (status is AlertStatus.Delivered)
            LogDelivered(logger, kind, id, number);
        else if (status is AlertStatus.Failed)
            LogGivenUp(logger, kind, id, number, error);
        else if (status is AlertStatus.Undeliverable)
            LogUndeliverable(logger, kind, id, error);
        else if (result.Outcome is SendOutcome.Failed)
            LogAttemptFailed(logger, kind, id, number, error);
    }

    [LoggerMessage(1, LogLevel.Information, "{Kind} alert {AlertId} delivered in attempt {Attempt}")]
    private static partial void LogDelivered(ILogger logger, AlertKind kind, Guid alertId, int attempt);

    [LoggerMessage(2, LogLevel.Warning, "{Kind} alert {AlertId}: attempt {Attempt} failed: {Reason}")]
    private static partial void LogAttemptFailed(ILogger logger, AlertKind kind, Guid alertId, int attempt, string? reason);

    [LoggerMessage(3, LogLevel.Error, "{Kind} alert {AlertId} given up after attempt {Attempt}: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, AlertKind kind, Guid alertId, int attempt, string? reason);

    [LoggerMessage(4, LogLevel.Warning, "{Kind} alert {AlertId} is undeliverable: {Reason}")]
    private static partial void LogUndeliverable(ILogger logger, AlertKind kind, Guid alertId, string? reason);

    [LoggerMessage(5, LogLevel.Warning, "The result of alert {AlertId} is not recorded yet; trying again")]
    private static partial void LogNotRecorded(ILogger logger, Guid alertId, Exception failure);

    [LoggerMessage(6, LogLevel.Warning, "Alert {AlertId} was deleted, or its claim expired, before its result was recorded")]
    private static partial void LogLost(ILogger logger, Guid alertId);
}
