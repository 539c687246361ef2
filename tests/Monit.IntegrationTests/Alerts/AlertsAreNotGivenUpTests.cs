using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Monit.Core.Alerts;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>An alert is tried until it is delivered, for <c>Alerts:GiveUpAfter</c>; only what concerns it alone ends it earlier.</summary>
public abstract class AlertsAreNotGivenUpTests(LocalStores? postgres) : AlertsSuite(postgres)
{
    [Theory]
    [InlineData("CONNECT", "554 no service here")]
    [InlineData("CONNECT", "521 no mail here")]
    [InlineData("EHLO", "550 go away")]
    [InlineData("MAIL", "550 5.7.1 sender refused")]
    [InlineData("MAIL", "553 5.7.1 sender not owned by user")]
    [InlineData("MAIL", "530 5.7.0 Authentication required")]
    [InlineData("MAIL", "552 5.2.2 sender over quota")]
    [InlineData("RCPT", "530 5.7.0 Authentication required")]
    [InlineData("RCPT", "554 5.7.1 <ops@example.org>: Relay access denied")]
    [InlineData("RCPT", "550 relay not permitted")]
    [InlineData("RCPT", "550 5.7.1 Client was not authenticated")]
    [InlineData("RCPT", "550 5.3.2 system not accepting network messages")]
    [InlineData("RCPT", "550 5.4.1 no answer from host")]
    [InlineData("RCPT", "503 bad sequence")]
    [InlineData("RCPT", "451 4.7.1 greylisted")]
    [InlineData("RCPT", "421 4.3.2 closing")]
    [InlineData("DATA", "503 5.5.1 what recipient")]
    [InlineData(".", "421 4.3.2 shutting down")]
    [InlineData(".", "554 5.3.0 disk full")]
    [InlineData(".", "550 5.7.26 SPF and DKIM did not pass")]
    [InlineData(".", "535 5.7.8 credentials invalid")]
    public async Task TroubleOfTheServer_IsTriedAgain_UntilItIsMended(string verb, string answer)
    {
        Smtp.Answers[verb] = answer;
        // What a client tries where the server does not like EHLO.
        if (verb == "EHLO")
            Smtp.Answers["HELO"] = answer;
        var down = await SeedDownAsync();
        await using var host = await StartAsync();
        await Eventually.True(async () => (await AttemptsAsync(down.Id)).Count >= 2, "it is tried again");
        Assert.NotEqual(AlertStatus.Failed, (await LoadAsync(down.Id)).Status);

        Smtp.Answers.Clear();

        await UntilAsync(down.Id, AlertStatus.Delivered);
        Assert.StartsWith(answer[..3], (await AttemptsAsync(down.Id))[0].Error, StringComparison.Ordinal);
        Assert.Equal("accepted", (await AttemptsAsync(down.Id))[^1].Answer);
    }

    [Theory]
    [InlineData("RCPT", "550 no such mailbox")]
    [InlineData("RCPT", "550 5.1.1 user unknown")]
    [InlineData("RCPT", "550 5.1.1 <ops@example.org>: User unknown in relay recipient table")]
    [InlineData("RCPT", "551 user not local")]
    [InlineData("RCPT", "552 5.2.2 mailbox full")]
    [InlineData("RCPT", "553 5.1.3 bad mailbox name")]
    [InlineData("RCPT", "554 5.2.1 mailbox disabled")]
    [InlineData("RCPT", "556 5.1.10 null MX")]
    [InlineData("RCPT", "501 5.1.3 bad address")]
    [InlineData("RCPT", "550 5.7.1 recipient takes no mail from you")]
    [InlineData(".", "552 5.3.4 too big")]
    [InlineData(".", "554 5.6.0 cannot be read")]
    [InlineData(".", "550 5.7.1 rejected as spam")]
    [InlineData(".", "554 spam")]
    public async Task TroubleOfTheRecipientOrTheMessage_IsFinal(string verb, string answer)
    {
        Smtp.Answers[verb] = answer;
        var down = await SeedDownAsync();
        await using var host = await StartAsync();

        var failed = await UntilAsync(down.Id, AlertStatus.Failed);

        Assert.Equal((1, answer), (failed.Attempts, failed.LastError));
        Assert.NotNull(failed.GivenUpAt);
    }

    [Fact]
    public async Task AbsentServer_IsTriedForADay_WhicheverTheNumberOfAttempts()
    {
        var port = Server.FreePort();
        var down = await SeedDownAsync();
        await using var host = await StartAsync(port);
        await Eventually.True(async () => (await AttemptsAsync(down.Id)).Count > 12, "more attempts than it once had");
        Clock.Ahead = TimeSpan.FromHours(23.9);
        var before = (await AttemptsAsync(down.Id)).Count;
        await Eventually.True(async () => (await AttemptsAsync(down.Id)).Count > before + 1, "it is still tried");
        Assert.NotEqual(AlertStatus.Failed, (await LoadAsync(down.Id)).Status);
        var health = await host.HealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("1 alerts wait for another attempt, the oldest since 2026-03-01 10:00:00 UTC", health.Description, StringComparison.Ordinal);

        Clock.Ahead = TimeSpan.FromHours(24.1);
        var failed = await UntilAsync(down.Id, AlertStatus.Failed);

        Assert.NotNull(failed.GivenUpAt);
        Assert.Contains("1 alerts were given up in the last 6 hours", (await host.HealthAsync()).Description, StringComparison.Ordinal);
        Clock.Ahead = TimeSpan.FromHours(31);
        Assert.Equal(HealthStatus.Healthy, (await host.HealthAsync()).Status);
    }

    [Fact]
    public async Task GiveUpAfter_IsASetting()
    {
        Smtp.Fault = SmtpFault.RefuseMailForNow;
        var down = await SeedDownAsync();
        await using var host = await StartAsync(("Alerts:GiveUpAfter", "00:00:01"), ("Alerts:MaxAttempts", "1"));

        var failed = await UntilAsync(down.Id, AlertStatus.Failed);

        Assert.Equal("451 try later", failed.LastError);
        Assert.True(failed.Attempts > 1);
        Assert.Contains(host.Log, line => line.StartsWith("Warning: Alerts:MaxAttempts no longer has an effect", StringComparison.Ordinal));
    }
}

public sealed class AlertsAreNotGivenUpOnPostgres(LocalStores stores) : AlertsAreNotGivenUpTests(stores);

public sealed class AlertsAreNotGivenUpOnSqlite() : AlertsAreNotGivenUpTests(null);
