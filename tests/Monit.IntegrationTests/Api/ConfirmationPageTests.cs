using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Alerts;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

/// <summary>The page behind the link of a confirmation mail, and what the API says about addresses.</summary>
public abstract class ConfirmationPageTests(ApiFixture api)
{
    private readonly ApiHost _host = api.Host;

    private DateTimeOffset Now => _host.App.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    [Fact]
    public async Task Link_ChangesNothing_TheButtonConfirms_AndTwiceIsOnce()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = 60, alert_email = "Ops@Example.com" });
        var created = await user.GetAsync($"/monitors/{id}");
        Assert.False(created["alert_email_confirmed"].GetBoolean());
        var requested = await AddressAsync(user.Id, "ops@example.com");
        Assert.NotNull(requested!.AskAt);
        var token = await LinkAsync(user.Id, "ops@example.com");

        for (var visit = 0; visit < 2; visit++)
        {
            var page = await GetAsync(token);
            Assert.Equal(200, page.Status);
            AssertSafe(page);
            Assert.Contains("ops@example.com", page.Content, StringComparison.Ordinal);
            Assert.Contains(user.Email, page.Content, StringComparison.Ordinal);
            Assert.Contains("<form method=\"post\" action=\"confirm-address\">", page.Content, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", page.Content, StringComparison.OrdinalIgnoreCase);
            Assert.Null((await AddressAsync(user.Id, "ops@example.com"))!.ConfirmedAt);
        }

        await _host.OpenIncidentAsync(id, inRedis: false);
        await _host.DbAsync(db => db.Alerts.Where(a => a.MonitorId == id).ExecuteUpdateAsync(set => set
            .SetProperty(a => a.UnconfirmedSince, Now).SetProperty(a => a.NextAttemptAt, Now.AddDays(1))));
        for (var press = 0; press < 2; press++)
        {
            var done = await PostAsync(token);
            Assert.Equal(200, done.Status);
            AssertSafe(done);
            Assert.Contains("is confirmed", done.Content, StringComparison.Ordinal);
        }
        Assert.Contains("is confirmed", (await GetAsync(token)).Content, StringComparison.Ordinal);
        Assert.True((await user.GetAsync($"/monitors/{id}"))["alert_email_confirmed"].GetBoolean());
        Assert.True(Assert.Single((await user.GetAsync("/monitors")).Items).GetProperty("alert_email_confirmed").GetBoolean());
        Assert.True(await _host.DbAsync(db => db.Alerts.Where(a => a.MonitorId == id).Select(a => a.NextAttemptAt).SingleAsync()) <= Now);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u0000'")]
    [InlineData("<script>alert(1)</script>")]
    public async Task UnknownToken_Is404_AndNotRepeated(string token)
    {
        foreach (var answer in (Answer[])[await GetAsync(token), await PostAsync(token)])
        {
            Assert.Equal(404, answer.Status);
            AssertSafe(answer);
            Assert.DoesNotContain("<script", answer.Content, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task ExpiredToken_Is404()
    {
        var user = await _host.NewUserAsync();
        var token = await LinkAsync(user.Id, "late@example.com", expiresIn: TimeSpan.FromSeconds(-1));
        Assert.Equal(404, (await GetAsync(token)).Status);
        Assert.Equal(404, (await PostAsync(token)).Status);
        Assert.Null((await AddressAsync(user.Id, "late@example.com"))!.ConfirmedAt);
    }

    [Fact]
    public async Task AnotherAccountsConsent_IsNotMine_AndStaysWhenIGo()
    {
        var (one, other) = (await _host.NewUserAsync(), await _host.NewUserAsync());
        object monitor = new { url = "https://example.com/", interval_sec = 60, alert_email = "shared@example.com" };
        var (mine, theirs) = (await one.NewMonitorAsync(monitor), await other.NewMonitorAsync(monitor));
        await PostAsync(await LinkAsync(other.Id, "shared@example.com"));
        Assert.False((await one.GetAsync($"/monitors/{mine}"))["alert_email_confirmed"].GetBoolean());
        Assert.True((await other.GetAsync($"/monitors/{theirs}"))["alert_email_confirmed"].GetBoolean());

        await one.SendAsync("DELETE", $"/monitors/{mine}");
        await _host.DbAsync(db => db.Users.Where(u => u.Id == one.Id).ExecuteDeleteAsync());
        Assert.Null(await AddressAsync(one.Id, "shared@example.com"));
        Assert.True((await other.GetAsync($"/monitors/{theirs}"))["alert_email_confirmed"].GetBoolean());
    }

    [Fact]
    public async Task OwnAddress_IsAskedToo_AndAgainWhenItIsSavedAgain()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        Assert.NotNull((await AddressAsync(user.Id, user.Email))!.AskAt);
        await LinkAsync(user.Id, user.Email);

        await user.SendAsync("PATCH", $"/monitors/{id}", """{"name":"Shop"}""");
        Assert.Null((await AddressAsync(user.Id, user.Email))!.AskAt);
        await user.SendAsync("PATCH", $"/monitors/{id}", """{"alert_email":null}""");
        Assert.NotNull((await AddressAsync(user.Id, user.Email))!.AskAt);

        Assert.True((await PostAsync(await LinkAsync(user.Id, user.Email))).Status == 200);
        var patched = await user.SendAsync("PATCH", $"/monitors/{id}", """{"alert_email":null}""");
        Assert.True(patched["alert_email_confirmed"].GetBoolean());
        Assert.Null((await AddressAsync(user.Id, user.Email))!.AskAt);
        (await user.SendAsync("PATCH", $"/monitors/{id}", """{"alert_email_confirmed":true}""")).IsProblem(400, "validation_failed");
    }

    [Fact]
    public async Task SettingOff_EveryAddressGetsAlerts()
    {
        await using var host = await api.StartAsync(("Alerts:ConfirmAddresses", "false"));
        var user = await host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        Assert.True((await user.GetAsync($"/monitors/{id}"))["alert_email_confirmed"].GetBoolean());
    }

    private static void AssertSafe(Answer page)
    {
        Assert.Equal("text/html; charset=utf-8", page.Headers["Content-Type"]);
        Assert.Equal("no-store", page.Headers["Cache-Control"]);
        Assert.Equal("nosniff", page.Headers["X-Content-Type-Options"]);
        Assert.Equal("no-referrer", page.Headers["Referrer-Policy"]);
        Assert.StartsWith("default-src 'none'; form-action 'self'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    private async Task<Answer> GetAsync(string token)
    {
        using var response = await _host.Http.GetAsync(new Uri($"/confirm-address?token={Uri.EscapeDataString(token)}", UriKind.Relative), TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    private async Task<Answer> PostAsync(string token)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("token", token)]);
        using var response = await _host.Http.PostAsync(new Uri("/confirm-address", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    private Task<AlertAddress?> AddressAsync(Guid user, string address) =>
        _host.DbAsync(db => db.AlertAddresses.AsNoTracking().SingleOrDefaultAsync(a => a.UserId == user && a.Address == address));

    /// <summary>As Monit.Alerts does when it sends the mail.</summary>
    private async Task<string> LinkAsync(Guid user, string address, TimeSpan? expiresIn = null)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await _host.DbAsync(async db =>
        {
            if (await db.AlertAddresses.SingleOrDefaultAsync(a => a.UserId == user && a.Address == address) is not { } row)
                db.AlertAddresses.Add(row = new() { UserId = user, Address = address });
            (row.TokenHash, row.TokenExpiresAt, row.AskAt, row.AskedAt) =
                (AlertAddress.HashOf(token), Now + (expiresIn ?? AlertAddress.LinkLifetime), null, Now);
            return await db.SaveChangesAsync();
        });
        return token;
    }
}

[Collection(nameof(PostgresApi))]
public sealed class ConfirmationPageOnPostgres(PostgresApi api) : ConfirmationPageTests(api);

[Collection(nameof(SqliteApi))]
public sealed class ConfirmationPageOnSqlite(SqliteApi api) : ConfirmationPageTests(api);
