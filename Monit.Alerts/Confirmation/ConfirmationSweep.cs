using Microsoft.Extensions.Options;
using MimeKit;
using Monit.Alerts.Channels;
using Monit.Alerts.Channels.Email;
using Monit.Core.Alerts;

namespace Monit.Alerts.Confirmation;

/// <summary>Sends the links by which addresses are confirmed.</summary>
internal sealed partial class ConfirmationSweep(
    ConfirmationStore store, MailSender mails, TimeProvider time, IOptions<AddressOptions> addresses, IOptions<PublicOptions> site,
    IOptions<ConfirmationOptions> options, ILogger<ConfirmationSweep> logger) : BackgroundService
{
    /// <summary>The page of Monit.Api, below <c>PublicUrl</c>.</summary>
    private const string Page = "confirm-address";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!addresses.Value.ConfirmAddresses || mails.Unusable is not null)
            return;
        if (site.Value.Base is not { } home)
        {
            LogNoPublicUrl(logger);
            return;
        }
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            try
            {
                foreach (var request in await store.DueAsync(stoppingToken))
                    await AskAsync(request, home, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AskAsync(Request request, Uri home, CancellationToken stopping)
    {
        if (!MailboxAddress.TryParse(request.Address, out var to))
        {
            await store.DropAsync(request, stopping);
            return;
        }
        if (await store.StartAsync(request, options.Value.SendLease, stopping) is not { } asking)
            return;
        var link = new Uri(home, $"{Page}?token={asking.Token}");
        var mail = ConfirmationMail.Compose($"{asking.Hash[..32]}.confirm@monit", request.OwnerEmail, link);
        var result = await mails.SendAsync(mail, [to], time.GetUtcNow() + options.Value.SendLease, stopping);
        // A refusal is as good as an answer: asking once more would not change it.
        await store.EndAsync(asking, result.Outcome is SendOutcome.Delivered or SendOutcome.Refused || result.MaybeArrived, CancellationToken.None);
        if (result.Outcome is SendOutcome.Delivered)
            LogAsked(logger, request.UserId);
        else
            LogNotAsked(logger, request.UserId, OneLine.Of(result.Error, 500));
    }

    [LoggerMessage(1, LogLevel.Warning,
        "PublicUrl is not set: no links to confirm addresses can be sent, and alerts to unconfirmed addresses wait. Set it to where people reach Monit.Api, or Alerts:ConfirmAddresses to false")]
    private static partial void LogNoPublicUrl(ILogger logger);

    [LoggerMessage(2, LogLevel.Warning, "Addresses to confirm could not be handled; the next sweep tries again")]
    private static partial void LogFailed(ILogger logger, Exception failure);

    [LoggerMessage(3, LogLevel.Information, "A link to confirm an address was sent for account {UserId}")]
    private static partial void LogAsked(ILogger logger, Guid userId);

    [LoggerMessage(4, LogLevel.Warning, "A link to confirm an address could not be sent for account {UserId}: {Reason}")]
    private static partial void LogNotAsked(ILogger logger, Guid userId, string? reason);
}
