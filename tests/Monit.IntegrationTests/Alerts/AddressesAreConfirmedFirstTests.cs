using Microsoft.EntityFrameworkCore;
using MimeKit;
using Monit.Core.Alerts;
using Monit.Core.Users;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Nobody gets alerts, nor more than one short question a day, at an address that he has not confirmed.</summary>
public abstract class AddressesAreConfirmedFirstTests(LocalStores? postgres) : AlertsSuite(postgres)
{
    private static readonly (string, string)[] Confirming =
        [("Alerts:ConfirmAddresses", "true"), ("PublicUrl", "https://monit.example.org/sub"), ("Smtp:From", "Monit <monit@example.org>")];

    [Theory]
    [InlineData("stranger@example.org", "stranger@example.org")]
    [InlineData("Stranger@Example.org", "stranger@example.org")]
    [InlineData(null, "owner@example.org")]
    public async Task UnconfirmedAddress_GetsALink_AndItsAlertsOnceItIsConfirmed(string? alertEmail, string address)
    {
        var down = await SeedDownAsync(m => (m.AlertEmail, m.Name) = (alertEmail, "Buy at evil.example"));
        await StartAsync(Confirming);

        var question = await ParseAsync(await FirstMailAsync());
        var waiting = await Eventually.Get(() => LoadAsync(down.Id), alert => alert.UnconfirmedSince is not null, "it waits");
        Assert.Equal("Waits until the address is confirmed: a mail with a link was sent to it.", waiting.LastError);
        Assert.Equal(address, Assert.Single(question.To.Mailboxes).Address);
        Assert.Equal("May Monit send you alerts?", question.Subject);
        Assert.Contains("owner@example.org", question.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", question.ToString(), StringComparison.OrdinalIgnoreCase);
        var stored = await AddressAsync(address);
        Assert.Equal(AlertAddress.HashOf(TokenOf(question)), stored.TokenHash);
        Assert.Equal(stored.AskedAt + AlertAddress.LinkLifetime, stored.TokenExpiresAt);

        await ConfirmAsync(address);

        var delivered = await UntilAsync(down.Id, AlertStatus.Delivered);
        Assert.Equal(1, delivered.Attempts);
        Assert.Single(await AttemptsAsync(down.Id));
        Assert.Equal(2, Smtp.Received.Count);
    }

    [Fact]
    public async Task ConfirmedAddress_GetsItsAlertsAtOnce_ByItsOwnAccountOnly()
    {
        var other = await NewUserAsync("other@example.org");
        await using (var db = NewDb())
        {
            db.AlertAddresses.Add(new() { UserId = Owner, Address = "ops@example.org", ConfirmedAt = Start });
            await db.SaveChangesAsync(Token);
        }
        var mine = await SeedDownAsync(m => m.AlertEmail = "OPS@example.org");
        var theirs = await SeedDownAsync(m => m.AlertEmail = "ops@example.org", user: other);
        await StartAsync(Confirming);

        await UntilAsync(mine.Id, AlertStatus.Delivered);
        await Eventually.Get(() => LoadAsync(theirs.Id), alert => alert.UnconfirmedSince is not null, "the other account's waits");
    }

    [Fact]
    public async Task AnAddress_IsAskedOnceADay_WhicheverAccountWantsIt()
    {
        Guid[] users = [Owner, await NewUserAsync("b@example.org"), await NewUserAsync("c@example.org")];
        foreach (var user in users)
            await SeedDownAsync(m => m.AlertEmail = "victim@example.org", user: user);
        await StartAsync(Confirming);
        await StartAsync(Confirming);
        await FirstMailAsync();
        await Eventually.True(async () => (await AddressesAsync()).Count(a => a.AskAt > Clock.GetUtcNow().AddHours(23)) == 2, "the others wait for tomorrow");
        Assert.Single(Smtp.Received);

        Clock.Ahead = TimeSpan.FromHours(24.1);
        await Eventually.True(() => Smtp.Received.Count == 2, "the second account's question");
        await Eventually.True(async () => (await AddressesAsync()).Count(a => a.AskAt > Clock.GetUtcNow().AddHours(23)) == 1, "the third waits for another day");
        Assert.Equal(2, Smtp.Received.Count);
    }

    [Fact]
    public async Task AnAccount_AsksOnlySoManyADay()
    {
        for (var i = 0; i < 6; i++)
            await SeedDownAsync(m => m.AlertEmail = $"stranger{i}@example.org");
        await StartAsync([.. Confirming, ("Alerts:ConfirmationsPerAccount", "2")]);

        await Eventually.True(async () => (await AddressesAsync()).Count(a => a.AskAt == Tomorrow()) == 4, "four wait for tomorrow");

        Assert.Equal(2, Smtp.Received.Count);
    }

    [Fact]
    public async Task Questions_CountAsMails()
    {
        for (var i = 0; i < 3; i++)
            await SeedDownAsync(m => m.AlertEmail = $"stranger{i}@example.org");
        await StartAsync([.. Confirming, ("Alerts:MailsPerAccount", "1")]);
        await Eventually.True(async () => (await AddressesAsync()).Count(a => a.AskAt == Tomorrow()) == 2, "two wait for tomorrow");
        Assert.Single(Smtp.Received);
    }

    [Theory]
    [InlineData("\"buy cheap at http://evil.example\"@evil.example", "?buy?cheap?at?http???evil.example?@evil.example")]
    [InlineData("a\u202E=?utf-8?Q?x?=@evil.example", "a???utf-8?Q?x??@evil.example")]
    public async Task Question_ShowsTheAccountNeutralised(string owner, string shown)
    {
        var user = await NewUserAsync(owner);
        await SeedDownAsync(m => m.AlertEmail = "victim@example.org", user: user);
        await StartAsync(Confirming);
        var question = await ParseAsync(await FirstMailAsync());
        Assert.Contains($"The account {shown} at https://monit.example.org wants", question.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutPublicUrl_NothingIsSent_AndItIsSaid()
    {
        var down = await SeedDownAsync();
        await using var host = await StartAsync(("Alerts:ConfirmAddresses", "true"));

        var waiting = await Eventually.Get(() => LoadAsync(down.Id), alert => alert.UnconfirmedSince is not null, "it waits");

        Assert.Contains("PublicUrl is not set", waiting.LastError, StringComparison.Ordinal);
        Assert.Contains(host.Log, line => line.StartsWith("Warning: PublicUrl is not set", StringComparison.Ordinal));
        Assert.Contains("1 addresses wait for a link", (await host.HealthAsync()).Description, StringComparison.Ordinal);
        Assert.Empty(Smtp.Received);
    }

    [Fact]
    public async Task NobodyConfirms_GivenUpAfterADay()
    {
        var down = await SeedDownAsync();
        await StartAsync(Confirming);
        await Eventually.Get(() => LoadAsync(down.Id), alert => alert.UnconfirmedSince is not null, "it waits");
        await FirstMailAsync();

        Clock.Ahead = TimeSpan.FromHours(24.1);

        var failed = await UntilAsync(down.Id, AlertStatus.Failed);
        Assert.Equal((0, "Given up, as the address was not confirmed within 1 d."), (failed.Attempts, failed.LastError));
        Assert.Single(Smtp.Received);
    }

    [Fact]
    public async Task MonitorDeleted_NobodyIsAsked()
    {
        await using (var db = NewDb())
        {
            db.AlertAddresses.Add(new() { UserId = Owner, Address = "gone@example.org", AskAt = Start });
            await db.SaveChangesAsync(Token);
        }
        await StartAsync(Confirming);
        await Eventually.True(async () => (await AddressAsync("gone@example.org")).AskAt is null, "it is dropped");
        Assert.Empty(Smtp.Received);
    }

    [Fact]
    public async Task ServerAway_TheQuestionIsSentLater_AndCountsOnce()
    {
        Smtp.Answers["CONNECT"] = "421 later";
        await SeedDownAsync();
        await StartAsync([.. Confirming, ("Alerts:ConfirmationsPerAccount", "1")]);
        await Eventually.True(async () => (await AddressesAsync()).Exists(a => a.TokenHash is not null && a.AskedAt is null), "it failed");
        Smtp.Answers.Clear();
        Clock.Ahead = TimeSpan.FromMinutes(6);

        await FirstMailAsync();
        await Eventually.True(async () => (await AddressesAsync()).TrueForAll(a => a.AskAt is null), "it is done");
        Assert.Single(Smtp.Received);
    }

    [Fact]
    public async Task SettingOff_SendsToAnyAddress()
    {
        var down = await SeedDownAsync(m => m.AlertEmail = "stranger@example.org");
        await StartAsync(("Alerts:ConfirmAddresses", "false"));
        await UntilAsync(down.Id, AlertStatus.Delivered);
        Assert.Single(Smtp.Received);
    }

    private DateTimeOffset Tomorrow() => new(Clock.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    private async Task<ReceivedMail> FirstMailAsync() =>
        (await Eventually.Get(() => Task.FromResult(Smtp.Received.FirstOrDefault()), mail => mail is not null, "a mail is there"))!;

    private static Task<MimeMessage> ParseAsync(ReceivedMail mail) =>
        MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(mail.Raw)), Token);

    private static string TokenOf(MimeMessage question) =>
        question.TextBody!.Split('\n').Single(line => line.StartsWith("https://monit.example.org/sub/confirm-address?token=", StringComparison.Ordinal)).Trim().Split('=')[1];

    private async Task<List<AlertAddress>> AddressesAsync()
    {
        await using var db = NewDb();
        return await db.AlertAddresses.AsNoTracking().ToListAsync(Token);
    }

    private async Task<AlertAddress> AddressAsync(string address) => (await AddressesAsync()).Single(a => a.Address == address);

    // As the page of Monit.Api does.
    private async Task ConfirmAsync(string address)
    {
        await using var db = NewDb();
        await db.AlertAddresses.Where(a => a.Address == address).ExecuteUpdateAsync(set => set.SetProperty(a => a.ConfirmedAt, Start), Token);
        await db.Alerts.Where(a => a.UnconfirmedSince != null).ExecuteUpdateAsync(set => set.SetProperty(a => a.NextAttemptAt, Start), Token);
    }
}

public sealed class AddressesAreConfirmedFirstOnPostgres(LocalStores stores) : AddressesAreConfirmedFirstTests(stores);

public sealed class AddressesAreConfirmedFirstOnSqlite() : AddressesAreConfirmedFirstTests(null);
