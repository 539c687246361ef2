using Microsoft.EntityFrameworkCore;
using MimeKit;
using Monit.Core.Alerts;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Over a daily limit alerts are neither sent one by one nor lost: they come in one mail.</summary>
public abstract class MailIsLimitedTests(LocalStores? postgres) : AlertsSuite(postgres)
{
    [Fact]
    public async Task OverTheRecipientsLimit_TheRestComesInOneMail_OnTheNextDay()
    {
        var ids = await SeedManyAsync(7);
        await using (await StartAsync(("Alerts:MailsPerRecipient", "3")))
            await Eventually.True(async () => (await AlertsAsync()).Count(a => a.HeldUntil is not null && a.Status == AlertStatus.Pending) == 4, "four are held");
        Assert.Equal(3, Smtp.Received.Count);
        Assert.All((await AlertsAsync()).Where(a => a.HeldUntil is not null), alert =>
        {
            Assert.Equal((Tomorrow(), Tomorrow(), 0), (alert.HeldUntil, alert.NextAttemptAt, alert.Attempts));
            Assert.StartsWith("Held back by a daily limit", alert.LastError, StringComparison.Ordinal);
        });
        var recovery = await SeedRecoveryAsync((await AlertsAsync()).First(a => a.HeldUntil is not null));

        Clock.Ahead = TimeSpan.FromDays(1);
        // Two, and their counts are in SQL: neither restarts nor other instances send more.
        await StartAsync(("Alerts:MailsPerRecipient", "3"));
        await StartAsync(("Alerts:MailsPerRecipient", "3"));
        foreach (var id in ids.Append(recovery.Id))
            await UntilAsync(id, AlertStatus.Delivered);

        Assert.Equal(4, Smtp.Received.Count);
        var digest = await ParseAsync(Smtp.Received.Last());
        Assert.Equal("5 alerts since 2026-03-01 10:00:00 UTC", digest.Subject);
        Assert.Equal(4, Count(digest.TextBody, "DOWN  Shop"));
        Assert.Equal(1, Count(digest.TextBody, "UP  Shop"));
        Assert.Equal(5, Count(digest.TextBody, "https://shop.example/health"));
        Assert.Contains("2026-03-01 10:00:00 UTC  DOWN  Shop 6", digest.TextBody, StringComparison.Ordinal);
        Assert.All((await AlertsAsync()).Where(a => a.HeldUntil is not null), alert => Assert.Equal(1, alert.Attempts));
    }

    [Fact]
    public async Task OverTheAccountsLimit_EachRecipientGetsOneMail()
    {
        var ids = await SeedManyAsync(6, n => $"r{n % 3}@example.org");
        await using (await StartAsync(("Alerts:MailsPerAccount", "2")))
            await Eventually.True(async () => (await AlertsAsync()).Count(a => a.HeldUntil is not null && a.Status == AlertStatus.Pending) == 4, "four are held");
        Assert.Equal(2, Smtp.Received.Count);

        // Two mails today, and the third tomorrow: nothing is dropped.
        for (var day = 1; day <= 2; day++)
        {
            Clock.Ahead = TimeSpan.FromDays(day);
            await using var host = await StartAsync(("Alerts:MailsPerAccount", "2"));
            await Eventually.True(async () => (await AlertsAsync()).TrueForAll(a => a.Status == AlertStatus.Delivered || a.NextAttemptAt > Clock.GetUtcNow()), "the day's are sent");
        }

        foreach (var id in ids)
            await UntilAsync(id, AlertStatus.Delivered);
        Assert.InRange(Smtp.Received.Count, 4, 5);
    }

    [Fact]
    public async Task MailsThatDoNotArrive_DoNotCount()
    {
        Smtp.Answers["CONNECT"] = "421 later";
        var ids = await SeedManyAsync(2);
        await StartAsync(("Alerts:MailsPerRecipient", "2"), ("Alerts:MailsPerAccount", "2"));
        foreach (var id in ids)
            await Eventually.True(async () => (await AttemptsAsync(id)).Count > 3, "it is tried again");
        Smtp.Answers.Clear();
        foreach (var id in ids)
            await UntilAsync(id, AlertStatus.Delivered);
    }

    [Fact]
    public async Task DigestThatFails_IsTriedAgain_WithoutEnd()
    {
        var ids = await SeedManyAsync(4);
        await using (await StartAsync(("Alerts:MailsPerRecipient", "1")))
            await Eventually.True(async () => (await AlertsAsync()).Count(a => a.HeldUntil is not null && a.Status == AlertStatus.Pending) == 3, "three are held");
        Clock.Ahead = TimeSpan.FromDays(1);
        Smtp.Fault = SmtpFault.RefuseMailForNow;
        await StartAsync(("Alerts:MailsPerRecipient", "1"));
        await Eventually.True(() => Smtp.Received.Count >= 3, "the digest is tried twice");
        Smtp.Fault = SmtpFault.None;

        foreach (var id in ids)
            await UntilAsync(id, AlertStatus.Delivered);
        Assert.Single(Smtp.Received.Skip(1).Select(mail => mail.MessageId).Distinct());
    }

    [Fact]
    public async Task MonitorPausedWhileHeld_IsNotInTheDigest()
    {
        await SeedManyAsync(4);
        await using (await StartAsync(("Alerts:MailsPerRecipient", "1")))
            await Eventually.True(async () => (await AlertsAsync()).Count(a => a.HeldUntil is not null && a.Status == AlertStatus.Pending) == 3, "three are held");
        var paused = (await AlertsAsync()).First(a => a.HeldUntil is not null);
        await using (var db = NewDb())
            await db.Monitors.Where(m => m.Id == paused.MonitorId).ExecuteUpdateAsync(set => set.SetProperty(m => m.Enabled, false), Token);
        Clock.Ahead = TimeSpan.FromDays(1);
        await StartAsync(("Alerts:MailsPerRecipient", "1"));

        await UntilAsync(paused.Id, AlertStatus.Cancelled);
        await Eventually.True(() => Smtp.Received.Count == 2, "the digest is sent");
        Assert.StartsWith("2 alerts since", (await ParseAsync(Smtp.Received.Last())).Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_AreForgottenAfterADay()
    {
        var ids = await SeedManyAsync(1);
        await using (await StartAsync())
            await UntilAsync(ids[0], AlertStatus.Delivered);
        Clock.Ahead = TimeSpan.FromDays(3);
        await StartAsync();
        await Eventually.True(async () =>
        {
            await using var db = NewDb();
            return !await db.MailCounts.AnyAsync(Token);
        }, "old counts are deleted");
    }

    private async Task<List<Guid>> SeedManyAsync(int count, Func<int, string>? address = null)
    {
        var ids = new List<Guid>();
        for (var n = 0; n < count; n++)
            ids.Add((await SeedDownAsync(m => (m.Name, m.AlertEmail) = ($"Shop {n}", address?.Invoke(n)))).Id);
        return ids;
    }

    private DateTimeOffset Tomorrow() => new(Clock.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = NewDb();
        return await db.Alerts.AsNoTracking().OrderBy(a => a.Id).ToListAsync(Token);
    }

    private static int Count(string? text, string part) => text!.Split(part).Length - 1;

    private static Task<MimeMessage> ParseAsync(ReceivedMail mail) =>
        MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(mail.Raw)), Token);
}

public sealed class MailIsLimitedOnPostgres(LocalStores stores) : MailIsLimitedTests(stores);

public sealed class MailIsLimitedOnSqlite() : MailIsLimitedTests(null);
