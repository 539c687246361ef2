using Microsoft.EntityFrameworkCore;
using MimeKit;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Mails of degraded monitors, in order, and the detail in all mails.</summary>
public abstract class DegradedIsMailedAsSuchTests(LocalStores? postgres) : AlertsSuite(postgres)
{
    [Fact]
    public async Task DegradedAndItsRecovery_AreMailedInOrder()
    {
        var degraded = await SeedDownAsync(severity: Severity.Degraded, detail: "expected body contains fine, got slow\r\nBcc: victim@example.org");
        var recovery = await SeedRecoveryAsync(degraded);
        await StartAsync();
        await UntilAsync(recovery.Id, AlertStatus.Delivered);

        var mails = await Task.WhenAll(Smtp.Received.Select(ParseAsync));
        Assert.Equal(["DEGRADED: Shop since 2026-03-01 10:00:00 UTC (UNEXPECTED_STATUS)", "UP: Shop after 1 h 2 min degraded"], mails.Select(mail => mail.Subject));
        Assert.Equal("""
            Shop is degraded.
            It still counts as up.

            URL:         https://shop.example/health
            Since:       2026-03-01 10:00:00 UTC
            Reason:      UNEXPECTED_STATUS: the HTTP status was not the expected 200
            Detail:      expected body contains fine, got slow  Bcc: victim@example.org
            HTTP status: 503
            Latency:     1234 ms
            """, mails[0].TextBody!.Trim(), ignoreLineEndingDifferences: true);
        Assert.StartsWith("""
            Shop is no longer degraded.

            URL:         https://shop.example/health
            Degraded:    2026-03-01 10:00:00 UTC
            Until:       2026-03-01 11:02:03 UTC
            For:         1 h 2 min
            """, mails[1].TextBody!.Trim().ReplaceLineEndings(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recovery_WaitsForItsDegradedAlert()
    {
        var degraded = await SeedDownAsync(severity: Severity.Degraded, changeAlert: alert => alert.NextAttemptAt = Start.AddYears(50));
        var recovery = await SeedRecoveryAsync(degraded);
        var other = await SeedDownAsync();
        await StartAsync();
        await UntilAsync(other.Id, AlertStatus.Delivered);
        Assert.Equal(AlertStatus.Pending, (await LoadAsync(recovery.Id)).Status);

        await ChangeAsync(degraded.Id, alert => alert.NextAttemptAt = Start);
        await UntilAsync(recovery.Id, AlertStatus.Delivered);
        Assert.Equal([$"<{degraded.Id}@monit>", $"<{recovery.Id}@monit>"], Smtp.Received.Select(mail => mail.MessageId).Skip(1));
    }

    [Fact]
    public async Task DegradedAlert_OfAnIncidentThatAWorseOneReplaced_IsCancelled_AndSaysSo()
    {
        var degraded = await SeedDownAsync(severity: Severity.Degraded);
        await using (var db = NewDb())
            await db.Incidents.Where(incident => incident.Id == degraded.IncidentId).ExecuteUpdateAsync(set => set.SetProperty(incident => incident.EndTime, Start.AddMinutes(5)), Token);
        await StartAsync();
        Assert.Contains("went down", (await UntilAsync(degraded.Id, AlertStatus.Cancelled)).LastError, StringComparison.Ordinal);
        Assert.Empty(Smtp.Received);
    }

    [Fact]
    public async Task Digest_SaysWhichAreDegraded_AndWhy()
    {
        var held = Start.AddMinutes(1);
        var degraded = await SeedDownAsync(severity: Severity.Degraded, changeAlert: alert => alert.HeldUntil = held, detail: "got slow");
        var down = await SeedDownAsync(changeAlert: alert => alert.HeldUntil = held, detail: "got 503");
        await StartAsync();
        await UntilAsync(degraded.Id, AlertStatus.Delivered);
        await UntilAsync(down.Id, AlertStatus.Delivered);
        var text = (await ParseAsync(Assert.Single(Smtp.Received))).TextBody!;
        Assert.Contains("DEGRADED  Shop", text, StringComparison.Ordinal);
        Assert.Contains("DOWN  Shop", text, StringComparison.Ordinal);
        Assert.Contains("(got slow)", text, StringComparison.Ordinal);
        Assert.Contains("(got 503)", text, StringComparison.Ordinal);
    }

    private static Task<MimeMessage> ParseAsync(ReceivedMail mail) => 
        MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(mail.Raw)), Token);
}

public sealed class DegradedMailsOnPostgres(LocalStores stores) : DegradedIsMailedAsSuchTests(stores);
public sealed class DegradedMailsOnSqlite() : DegradedIsMailedAsSuchTests(null);
