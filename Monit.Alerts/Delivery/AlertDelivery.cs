using System.Diagnostics;
using Microsoft.Extensions.Options;
using Monit.Alerts.Channels;
using Monit.Alerts.Confirmation;
using Monit.Alerts.Limits;
using Monit.Alerts.Telemetry;
using Monit.Core.Alerts;

namespace Monit.Alerts.Delivery;

/// <summary>Claims an alert, sends it, and records the result. Alerts that a daily limit held back come together, as one mail.</summary>
internal sealed partial class AlertDelivery(
    DeliveryStore store, ConfirmationStore confirmations, MailLimits limits, DeliveryQueue queue, IEnumerable<IAlertChannel> channels,
    DeliveryMetrics metrics, TimeProvider time, IOptions<DeliveryOptions> options, IOptions<AddressOptions> addresses,
    IOptions<PublicOptions> site, ILogger<AlertDelivery> logger)
{
    private static readonly TimeSpan RecordRetryDelay = TimeSpan.FromSeconds(1);
    // Whoever confirms makes the alerts due at once; this is for those that were being looked at in that moment.
    private static readonly TimeSpan ConfirmationWait = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, IAlertChannel> _channels = channels.ToDictionary(channel => channel.Kind);

    /// <param name="stopping">No new send starts once it is cancelled.</param>
    /// <param name="abort">Aborts a send in progress.</param>
    public async Task DeliverAsync(Guid id, CancellationToken stopping, CancellationToken abort)
    {
        var claims = await store.ClaimAsync(id, abort);
        if (claims.Count == 0)
        {
            Activity.Current.Discard();
            return;
        }
        if (stopping.IsCancellationRequested)
        {
            await EndAsync(claims, new(SendOutcome.NotSent), default, TimeSpan.Zero, abort);
            return;
        }
        var wanted = claims.Where(claim => claim.Wanted).ToList();
        if (wanted.Count < claims.Count)
            foreach (var cancelled in claims.Except(wanted).GroupBy(claim => claim.WhyNot))
                await EndAsync([.. cancelled], new(SendOutcome.Cancelled, cancelled.Key), default, TimeSpan.Zero, abort);
        if (wanted.Count == 0)
            return;

        var (startedAt, start) = (time.GetUtcNow(), time.GetTimestamp());
        var result = await SendAsync(wanted, abort);
        await EndAsync(wanted, result, startedAt, time.GetElapsedTime(start), abort);
    }

    private async Task<SendResult> SendAsync(List<Claim> claims, CancellationToken abort)
    {
        var (account, destination) = (claims[0].Monitor.UserId, claims[0].Destination);
        var channel = _channels[destination.Channel];
        if (channel.Unusable(destination.Settings) is { } why)
            return new(SendOutcome.Undeliverable, why);
        if (addresses.Value.ConfirmAddresses && !await confirmations.IsConfirmedAsync(account, destination.Recipient, abort))
            return new(SendOutcome.Unconfirmed, site.Value.Base is null
                ? "Waits until the address is confirmed; no link can be sent for that, as PublicUrl is not set."
                : "Waits until the address is confirmed: a mail with a link was sent to it.");
        if (await limits.TryTakeAsync(account, destination.Recipient, abort) is not { } taken)
            return new(SendOutcome.Held, $"Held back by a daily limit; goes out in one mail from {limits.NextDay:yyyy-MM-dd HH:mm} UTC on.");

        using var span = DeliveryTracing.StartSend(destination.Channel);
        var result = await channel.SendAsync([.. claims.Select(claim => claim.Message)], destination.Settings, abort);
        span.Ended(result);
        if (result.Outcome is not SendOutcome.Delivered && !result.MaybeArrived)
            await limits.GiveBackAsync(taken, CancellationToken.None);
        return result;
    }

    private async Task EndAsync(List<Claim> claims, SendResult result, DateTimeOffset startedAt, TimeSpan took, CancellationToken abort)
    {
        var end = EndOf(claims, result);
        if (result.Tried)
        {
            var channel = claims[0].Destination.Channel;
            metrics.RecordAttempt(channel, result.Outcome, took);
            end = end with
            {
                Attempt = claim => new AlertAttempt
                {
                    Id = Guid.CreateVersion7(startedAt),
                    AlertId = claim.Alert.Id,
                    Number = claim.Alert.Attempts,
                    Channel = channel,
                    StartedAt = startedAt,
                    DurationMs = (int)took.TotalMilliseconds,
                    Error = end.Error,
                    Answer = OneLine.Of(result.Answer, 500),
                },
            };
        }
        foreach (var claim in claims)
        {
            Log(claim, result, end);
            metrics.Count(claim.Alert.Kind, end.Status);
        }
        Activity.Current.Ended(claims[0].Alert.Kind, end.Status);

        if (!await RecordAsync(() => store.EndAsync(claims, end), claims[0], abort))
            LogLost(logger, claims[0].Alert.Id);
        if (claims is [{ Alert: { Kind: not AlertKind.Recovery } first }] && end.Status is not AlertStatus.Pending
            && await store.WaitingRecoveryAsync(first, abort) is { } recovery)
            queue.TryOffer(recovery);
    }

    private Ending EndOf(List<Claim> claims, SendResult result)
    {
        var now = time.GetUtcNow();
        var error = OneLine.Of(result.Error, 500);
        switch (result.Outcome)
        {
            case SendOutcome.Delivered:
                return new(AlertStatus.Delivered);
            case SendOutcome.Refused:
                return new(AlertStatus.Failed) { Error = error };
            case SendOutcome.Undeliverable:
                return new(AlertStatus.Undeliverable) { Error = error };
            case SendOutcome.Cancelled:
                return new(AlertStatus.Cancelled) { Error = error };
            case SendOutcome.Held:
                return new(AlertStatus.Pending) { Error = error, DueAt = limits.NextDay, HeldUntil = limits.NextDay };
            case SendOutcome.Unconfirmed:
                var confirmBy = claims.Max(claim => claim.Alert.UnconfirmedSince ?? now) + options.Value.GiveUpAfter;
                return now < confirmBy
                    ? new(AlertStatus.Pending) { Error = error, DueAt = Earlier(now + ConfirmationWait, confirmBy), Unconfirmed = true }
                    : new(AlertStatus.Failed) { Error = $"Given up, as the address was not confirmed within {Words.Duration(options.Value.GiveUpAfter)}." };
            case SendOutcome.Failed:
                var deliverBy = claims.Max(claim => Later(claim.FirstAttemptAt ?? now, claim.Alert.HeldUntil)) + options.Value.GiveUpAfter;
                return now < deliverBy
                    ? new(AlertStatus.Pending) { Error = error, DueAt = Earlier(now + options.Value.Backoff(claims[0].Alert.Attempts), deliverBy) }
                    : new(AlertStatus.Failed) { Error = error };
            default:
                return new(AlertStatus.Pending) { KeepError = true };
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    // Retries until the claim expires. After that another sender may send the alert again, with the same Message-ID.
    private async Task<bool> RecordAsync(Func<Task<bool>> end, Claim claim, CancellationToken abort)
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

    private void Log(Claim claim, SendResult result, Ending end)
    {
        var (id, kind, number) = (claim.Alert.Id, claim.Alert.Kind, claim.Alert.Attempts);
        if (end.Status is AlertStatus.Delivered)
            LogDelivered(logger, kind, id, number);
        else if (end.Status is AlertStatus.Failed)
            LogGivenUp(logger, kind, id, number, end.Error);
        else if (end.Status is AlertStatus.Undeliverable)
            LogUndeliverable(logger, kind, id, end.Error);
        else if (result.Outcome is SendOutcome.Failed)
            LogAttemptFailed(logger, kind, id, number, end.Error);
        else if (result.Outcome is SendOutcome.Held || (result.Outcome is SendOutcome.Unconfirmed && claim.Alert.UnconfirmedSince is null))
            LogWaits(logger, kind, id, end.Error);
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

    [LoggerMessage(7, LogLevel.Information, "{Kind} alert {AlertId} waits: {Reason}")]
    private static partial void LogWaits(ILogger logger, AlertKind kind, Guid alertId, string? reason);
}
