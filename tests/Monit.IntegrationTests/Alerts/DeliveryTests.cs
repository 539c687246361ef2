using Microsoft.EntityFrameworkCore;
using MimeKit;
using Monit.Alerts.Contract;
using Monit.Core.Alerts;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Delivery to a real mail server, on each database.</summary>
public abstract class DeliveryTests : AlertsFixture
{
    [Fact]
    public async Task Down_Mail_SaysWhatSinceWhenAndWhy()
    {
        var down = await SeedDownAsync(m => m.AlertEmail = "ops@example.org");
        await using var host = await StartAsync(("Smtp:From", "Monit <monit@example.org>"));

        var delivered = await UntilAsync(down.Id, AlertStatus.Delivered);

        Assert.NotNull(delivered.DeliveredAt);
        var received = Assert.Single(Smtp.Received);
        Assert.Equal($"<{down.Id}@monit>", received.MessageId);
        Assert.Contains("<monit@example.org>", received.From, StringComparison.Ordinal);
        Assert.Contains("<ops@example.org>", received.To, StringComparison.Ordinal);
        var mail = await ParseAsync(received);
        Assert.Equal("DOWN: Shop since 2026-03-01 10:00:00 UTC (UNEXPECTED_STATUS)", mail.Subject);
        Assert.Equal("""
            Shop is down.

            URL:         https://shop.example/health
            Since:       2026-03-01 10:00:00 UTC
            Reason:      UNEXPECTED_STATUS: the HTTP status was not the expected 200
            HTTP status: 503
            Latency:     1234 ms
            """, mail.TextBody!.Trim(), ignoreLineEndingDifferences: true);
        var attempt = Assert.Single(await AttemptsAsync(down.Id));
        Assert.Equal((1, "email", null), (attempt.Number, attempt.Channel, attempt.Error));
    }

    [Fact]
    public async Task Recovery_Mail_SaysFromUntilAndHowLong_ToTheOwner()
    {
        var down = await SeedDownAsync(changeAlert: a => a.Status = AlertStatus.Delivered);
        var recovery = await SeedRecoveryAsync(down);
        await using var host = await StartAsync();

        await UntilAsync(recovery.Id, AlertStatus.Delivered);

        var received = Assert.Single(Smtp.Received);
        Assert.Contains("<owner@example.org>", received.To, StringComparison.Ordinal);
        var mail = await ParseAsync(received);
        Assert.Equal("UP: Shop after 1 h 2 min", mail.Subject);
        Assert.StartsWith("""
            Shop is up again.

            URL:         https://shop.example/health
            Down from:   2026-03-01 10:00:00 UTC
            Until:       2026-03-01 11:02:03 UTC
            Down for:    1 h 2 min
            """, mail.TextBody!.ReplaceLineEndings(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameWithLineBreaks_AddsNoHeader()
    {
        var down = await SeedDownAsync(m => m.Name = "Shop\r\nBcc: victim@example.org\r\n\r\nHä?");
        await using var host = await StartAsync();
        await UntilAsync(down.Id, AlertStatus.Delivered);

        var mail = await ParseAsync(Assert.Single(Smtp.Received));
        Assert.Empty(mail.Bcc);
        Assert.StartsWith("DOWN: Shop  Bcc: victim@example.org    Hä? since", mail.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NeverDispatched_IsSwept_AlsoABacklogOfManyPages()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 12; i++)
            ids.Add((await SeedDownAsync()).Id);
        await using var host = await StartAsync(("Alerts:SweepPage", "3"), ("Alerts:QueueSize", "2"), ("Alerts:SweepInterval", "01:00:00"));

        foreach (var id in ids)
            await UntilAsync(id, AlertStatus.Delivered);
        Assert.Equal(12, Smtp.Received.Select(m => m.MessageId).Distinct().Count());
        Assert.Equal(12, Smtp.Received.Count);
    }

    [Fact]
    public async Task BlockedRecoveries_DoNotStarveOthers()
    {
        // Their down alerts have a retry far in the future, so they stay blocked and are the oldest.
        for (var i = 0; i < 5; i++)
            await SeedRecoveryAsync(await SeedDownAsync(changeAlert: a => a.NextAttemptAt = Start.AddYears(50)));
        var down = await SeedDownAsync(changeAlert: a => a.NextAttemptAt = Start.AddDays(1));
        await using var host = await StartAsync(("Alerts:SweepPage", "1"));

        await UntilAsync(down.Id, AlertStatus.Delivered);
        Assert.Single(Smtp.Received);
    }

    [Fact]
    public async Task SmtpAway_ThenBack_IsRetriedAndEachAttemptRecorded()
    {
        var port = Server.FreePort();
        var down = await SeedDownAsync();
        await using var host = await StartAsync(port);
        await Eventually.True(async () => (await AttemptsAsync(down.Id)).Count >= 2, "two attempts failed");

        await using var smtp = new SmtpSink(port);
        var delivered = await UntilAsync(down.Id, AlertStatus.Delivered);

        var attempts = await AttemptsAsync(down.Id);
        Assert.Equal(Enumerable.Range(1, delivered.Attempts), attempts.Select(a => a.Number));
        Assert.All(attempts[..^1], a => Assert.NotNull(a.Error));
        Assert.Null(attempts[^1].Error);
        Assert.Null(delivered.LastError);
        Assert.Single(smtp.Received);
        Assert.Contains(host.Log, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("attempt 1 failed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData((int)SmtpFault.RefuseRecipientForNow, "450")]
    [InlineData((int)SmtpFault.RefuseMailForNow, "451")]
    [InlineData((int)SmtpFault.DropAfterData, "")]
    [InlineData((int)SmtpFault.StallOnConnect, "Smtp:Timeout")]
    [InlineData((int)SmtpFault.StallAfterData, "Smtp:Timeout")]
    public async Task PassingFailure_IsRetried_WithTheSameMessageId(int fault, string error)
    {
        Smtp.Faults.Enqueue((SmtpFault)fault);
        var down = await SeedDownAsync();
        await using var host = await StartAsync(("Smtp:Timeout", "00:00:00.500"));

        await UntilAsync(down.Id, AlertStatus.Delivered);

        var attempts = await AttemptsAsync(down.Id);
        Assert.True(attempts.Count >= 2);
        Assert.Contains(error, attempts[0].Error, StringComparison.Ordinal);
        Assert.Single(Smtp.Received.Select(m => m.MessageId).Distinct());
    }

    [Fact]
    public async Task HangUpAfter250_IsDelivered_NotSentAgain()
    {
        Smtp.Faults.Enqueue(SmtpFault.DropAfterAccept);
        var down = await SeedDownAsync();
        await using var host = await StartAsync();

        Assert.Equal(1, (await UntilAsync(down.Id, AlertStatus.Delivered)).Attempts);
        Assert.Single(Smtp.Received);
    }

    [Theory]
    [InlineData((int)SmtpFault.RefuseRecipient, "550 no such mailbox")]
    [InlineData((int)SmtpFault.RefuseMail, "554 spam")]
    public async Task RefusedPermanently_FailsAtOnce(int fault, string error)
    {
        Smtp.Fault = (SmtpFault)fault;
        var down = await SeedDownAsync();
        await using var host = await StartAsync();

        var failed = await UntilAsync(down.Id, AlertStatus.Failed);

        Assert.Equal((1, error), (failed.Attempts, failed.LastError));
        Assert.Equal(error, Assert.Single(await AttemptsAsync(down.Id)).Error);
        Assert.Contains(host.Log, line => line.StartsWith("Error: Down alert", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoSmtpHost_IsUndeliverable_AndTheLogSaysWhatToSet()
    {
        var recovery = await SeedRecoveryAsync(await SeedDownAsync());
        await using var host = await StartAsync(smtpPort: null);

        var undeliverable = await UntilAsync(recovery.Id, AlertStatus.Undeliverable);

        Assert.Equal((0, "Smtp:Host is not set."), (undeliverable.Attempts, undeliverable.LastError));
        Assert.Contains(host.Log, line => line.StartsWith("Warning: Smtp:Host is not set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoUsableAddress_IsUndeliverable()
    {
        var down = await SeedDownAsync(m => m.AlertEmail = "a@example.org, b@example.org");
        await using var host = await StartAsync();

        Assert.Contains("address", (await UntilAsync(down.Id, AlertStatus.Undeliverable)).LastError, StringComparison.Ordinal);
        Assert.Empty(Smtp.Received);
    }

    [Fact]
    public async Task Recovery_WaitsForItsDownAlert_AndFollowsAtOnce()
    {
        Smtp.Faults.Enqueue(SmtpFault.StallAfterData);
        var down = await SeedDownAsync();
        // The sweep runs only at the start, so the recovery follows its down alert without it.
        await using var host = await StartAsync(("Alerts:SweepInterval", "01:00:00"));
        await Smtp.Stalled.WaitAsync(Token);
        var recovery = await SeedRecoveryAsync(down);
        Assert.Equal("pending", (await host.Api.SendAsync(new SendAlert(recovery.Id), Token)).Status);
        // A later alert is delivered, so the recovery has been tried.
        var other = await SeedDownAsync();
        await host.Api.SendAsync(new SendAlert(other.Id), Token);
        await UntilAsync(other.Id, AlertStatus.Delivered);
        Assert.Equal((AlertStatus.Pending, 0), ((await LoadAsync(recovery.Id)).Status, (await LoadAsync(recovery.Id)).Attempts));

        Smtp.Continue.SetResult();
        await UntilAsync(recovery.Id, AlertStatus.Delivered);
        Assert.Equal([$"<{down.Id}@monit>", $"<{other.Id}@monit>", $"<{recovery.Id}@monit>"], Smtp.Received.Select(m => m.MessageId));
    }

    [Fact]
    public async Task Recovery_FollowsADownAlertThatFailed()
    {
        Smtp.Faults.Enqueue(SmtpFault.RefuseMail);
        var down = await SeedDownAsync();
        var recovery = await SeedRecoveryAsync(down);
        await using var host = await StartAsync(("Alerts:SweepInterval", "01:00:00"));

        await UntilAsync(recovery.Id, AlertStatus.Delivered);
        Assert.Equal(AlertStatus.Failed, (await LoadAsync(down.Id)).Status);
    }

    [Fact]
    public async Task TwoInstances_SendEachAlertOnce()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 25; i++)
            ids.Add((await SeedDownAsync()).Id);
        await using var one = await StartAsync(("Alerts:SweepInterval", "00:00:00.010"));
        await using var two = await StartAsync(("Alerts:SweepInterval", "00:00:00.010"));
        await Task.WhenAll(ids.SelectMany(id => new[] { one, two }.Select(h => h.Api.SendAsync(new SendAlert(id), Token))));

        foreach (var id in ids)
            Assert.Equal(1, (await UntilAsync(id, AlertStatus.Delivered)).Attempts);
        Assert.Equal(ids.Select(id => $"<{id}@monit>").Order(), Smtp.Received.Select(m => m.MessageId).Order());
    }

    [Fact]
    public async Task CrashBetween250AndRecord_SendsAgainWithTheSameMessageId()
    {
        var down = await SeedDownAsync();
        await using (await StartAsync())
            await UntilAsync(down.Id, AlertStatus.Delivered);
        await ChangeAsync(down.Id, a => (a.Status, a.ClaimedUntil, a.DeliveredAt) = (AlertStatus.Sending, Start, null));

        await using var host = await StartAsync();
        await UntilAsync(down.Id, AlertStatus.Delivered);

        Assert.Equal([$"<{down.Id}@monit>", $"<{down.Id}@monit>"], Smtp.Received.Select(m => m.MessageId));
    }

    [Fact]
    public async Task LateSender_DoesNotOverwriteANewerClaim()
    {
        Smtp.Faults.Enqueue(SmtpFault.StallAfterData);
        var down = await SeedDownAsync();
        await using var host = await StartAsync();
        await Smtp.Stalled.WaitAsync(Token);
        var newer = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await ChangeAsync(down.Id, a => a.ClaimedUntil = newer);

        Smtp.Continue.SetResult();
        await Eventually.True(() => host.Log.Any(line => line.Contains("claim expired", StringComparison.Ordinal)), "the late sender gives up");

        var alert = await LoadAsync(down.Id);
        Assert.Equal((AlertStatus.Sending, newer), (alert.Status, alert.ClaimedUntil));
        Assert.Empty(await AttemptsAsync(down.Id));
    }

    [Fact]
    public async Task Cancelled_IsNotSent_AndOneOfADisabledMonitorIsCancelled()
    {
        var cancelled = await SeedDownAsync(changeAlert: a => a.Status = AlertStatus.Cancelled);
        Smtp.Faults.Enqueue(SmtpFault.StallThenDrop);
        var sending = await SeedDownAsync();
        await using var host = await StartAsync();
        await Smtp.Stalled.WaitAsync(Token);
        // Disabled while its alert is being sent, and enabled again: the retry must not be sent.
        await using (var db = NewDb())
            await IncidentStore.CloseQuietlyAsync(db, sending.MonitorId, Start.AddHours(1), Token);
        Assert.Equal("cancelled", (await host.Api.SendAsync(new SendAlert(cancelled.Id), Token)).Status);
        Smtp.Continue.SetResult();

        await UntilAsync(sending.Id, AlertStatus.Cancelled);
        Assert.Equal(AlertStatus.Cancelled, (await LoadAsync(cancelled.Id)).Status);
        Assert.Equal($"<{sending.Id}@monit>", Assert.Single(Smtp.Received).MessageId);
        Assert.Single(await AttemptsAsync(sending.Id));
    }

    [Theory]
    [InlineData("destination = '0190a1b2-0000-7000-8000-000000000000'")]
    [InlineData("kind = 'reminder'")]
    public async Task AlertOfANewerVersion_IsLeftToIt(string newer)
    {
        var left = await SeedDownAsync();
        await using (var db = NewDb())
        {
            var update = $"UPDATE alerts SET {newer}";
            await db.Database.ExecuteSqlRawAsync(update, Token);
        }
        await using var host = await StartAsync();
        Assert.Equal("pending", (await host.Api.SendAsync(new SendAlert(left.Id), Token)).Status);

        // A later alert is delivered, so the first one has been looked at.
        var next = await SeedDownAsync();
        await host.Api.SendAsync(new SendAlert(next.Id), Token);
        await UntilAsync(next.Id, AlertStatus.Delivered);

        Assert.Equal($"<{next.Id}@monit>", Assert.Single(Smtp.Received).MessageId);
        await using (var db = NewDb())
            Assert.True(await db.Alerts.AnyAsync(a => a.Id == left.Id && a.Status == AlertStatus.Pending && a.Attempts == 0, Token));
        Assert.DoesNotContain(host.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MonitorDeletedDuringTheSend_EndsQuietly()
    {
        Smtp.Faults.Enqueue(SmtpFault.StallAfterData);
        var down = await SeedDownAsync();
        await using var host = await StartAsync();
        await Smtp.Stalled.WaitAsync(Token);
        await using (var db = NewDb())
            await db.Monitors.Where(m => m.Id == down.MonitorId).ExecuteDeleteAsync(Token);
        Smtp.Continue.SetResult();

        var next = await SeedDownAsync();
        await UntilAsync(next.Id, AlertStatus.Delivered);
        await Eventually.True(() => host.Log.Any(line => line.Contains("was deleted", StringComparison.Ordinal)), "the log says so");
    }

    [Fact]
    public async Task Stop_FinishesTheSendInProgress_AndBeginsNoOther()
    {
        Smtp.Faults.Enqueue(SmtpFault.StallAfterData);
        var first = await SeedDownAsync();
        var second = await SeedDownAsync(changeAlert: a => a.NextAttemptAt = Start.AddDays(1));
        await using var host = await StartAsync(("Alerts:DeliveryWorkers", "1"));
        await Smtp.Stalled.WaitAsync(Token);

        var stop = host.StopAsync();
        await Eventually.True(() => host.Log.Any(line => line.Contains("shutting down", StringComparison.Ordinal)), "the stop has begun");
        Smtp.Continue.SetResult();
        await stop;

        Assert.Equal(AlertStatus.Delivered, (await LoadAsync(first.Id)).Status);
        var left = await LoadAsync(second.Id);
        Assert.Equal((AlertStatus.Pending, 0), (left.Status, left.Attempts));
    }

    [Fact]
    public async Task Stop_WithNothingSentYet_ReleasesTheClaimUncounted()
    {
        Smtp.Fault = SmtpFault.StallOnConnect;
        var down = await SeedDownAsync();
        await using var host = await StartAsync(("shutdownTimeoutSeconds", "1"));
        await Smtp.Stalled.WaitAsync(Token);

        await host.StopAsync();

        var alert = await LoadAsync(down.Id);
        Assert.Equal((AlertStatus.Pending, 0, null), (alert.Status, alert.Attempts, alert.ClaimedUntil));
        Assert.Empty(await AttemptsAsync(down.Id));
    }

    [Fact]
    public async Task ResultNotRecorded_IsRecordedLater_WithoutASecondMail()
    {
        Smtp.Faults.Enqueue(SmtpFault.StallAfterData);
        var down = await SeedDownAsync();
        await using var host = await StartAsync();
        await Smtp.Stalled.WaitAsync(Token);
        await RenameAsync("alert_attempts", "away");
        Smtp.Continue.SetResult();
        await Eventually.True(() => host.Log.Any(line => line.Contains("is not recorded yet", StringComparison.Ordinal)), "SQL refuses");
        Assert.Equal(AlertStatus.Sending, (await LoadAsync(down.Id)).Status);

        await RenameAsync("away", "alert_attempts");

        await UntilAsync(down.Id, AlertStatus.Delivered);
        Assert.Single(await AttemptsAsync(down.Id));
        Assert.Single(Smtp.Received);
    }

    [Fact]
    public async Task SqlFailure_EndsNeitherSweepNorWorkers()
    {
        var down = await SeedDownAsync();
        await RenameAsync("monitor_incidents", "away");
        await using var host = await StartAsync(("Alerts:DeliveryWorkers", "1"));
        await Eventually.True(() => host.Log.Any(line => line.Contains("could not be handled", StringComparison.Ordinal)), "a claim failed");
        await RenameAsync("alerts", "alerts_away");
        await Eventually.True(() => host.Log.Any(line => line.Contains("could not be read", StringComparison.Ordinal)), "a sweep failed");
        await RenameAsync("alerts_away", "alerts");
        await RenameAsync("away", "monitor_incidents");

        Assert.Equal(1, (await UntilAsync(down.Id, AlertStatus.Delivered)).Attempts);
    }

    private async Task RenameAsync(string table, string to)
    {
        await using var db = NewDb();
        var rename = $"ALTER TABLE {table} RENAME TO {to}";
        await db.Database.ExecuteSqlRawAsync(rename, Token);
    }

    private static Task<MimeMessage> ParseAsync(ReceivedMail mail) =>
        MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(mail.Raw)), Token);
}
