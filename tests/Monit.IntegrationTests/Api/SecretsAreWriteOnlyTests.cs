using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Checks.Settings;
using Monit.Core.Monitors;
using Monit.Storage.Secrets;

namespace Monit.IntegrationTests.Api;

/// <summary>A monitor's secrets are stored sealed, never shown, kept by their mask, and led to nobody else.</summary>
public abstract class SecretsAreWriteOnlyTests(ApiFixture api)
{
    private const string Url = "https://api.example.com/health";

    private static readonly string[] Paths = ["request.auth.basic.password", "request.headers.x-api-key", "request.headers.x-token", "tls.client_key"];
    private static readonly (string Certificate, string Key) Client = NewClient();

    private readonly ApiHost _host = api.Host;

    [Fact]
    public async Task Secrets_AreInNoAnswerAndInNoStoreInTheClear()
    {
        var user = await _host.NewUserAsync();
        var created = await user.SendAsync("POST", "/monitors", Body());
        Assert.True(created.Status == 201, $"{created}");
        var id = created.Guid("id");
        var row = await RowAsync(id);
        string[] texts =
        [
            created.Content, (await user.GetAsync($"/monitors/{id}")).Content, (await user.GetAsync("/monitors")).Content, (await user.GetAsync("/monitors?sort=state")).Content,
            (await user.SendAsync("PATCH", $"/monitors/{id}", new { name = "Shop" })).Content, (await user.GetAsync($"/monitors/{id}/status")).Content,
            SettingsJson.Encode(row.Settings), row.SealedSecrets!, (await _host.ConfigAsync(id))!,
        ];
        Assert.All(Secrets(1), secret => Assert.All(texts, text => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
        Assert.Equal("""{"headers":{"X-Api-Key":"***","x-Token":"***","Accept":"text/plain"},"secret_headers":["X-TOKEN"],"auth":{"basic":{"user":"monit","password":"***"}}}""",
            created["request"].GetRawText());
        Assert.Equal("***", created.Text("tls.client_key"));
        Assert.Equal(Paths, (await StoredAsync(id)).Keys.Order());
    }

    [Fact]
    public async Task Mask_SentBack_KeepsWhatIsStoredAndChangesNothing()
    {
        var (user, id) = await NewAsync();
        var shown = await user.GetAsync($"/monitors/{id}");
        var (before, sealedBefore) = (await StoredAsync(id), (await RowAsync(id)).SealedSecrets);
        var back = await user.SendAsync("PATCH", $"/monitors/{id}", $$"""{"request":{{shown["request"].GetRawText()}},"tls":{{shown["tls"].GetRawText()}}}""");
        Assert.True(back.Status == 200, $"{back}");
        Assert.Equal((1, sealedBefore), ((await RowAsync(id)).Version, (await RowAsync(id)).SealedSecrets));

        // Another case of a header's name is the same place; what else stands beside it may change.
        var changed = await user.SendAsync("PATCH", $"/monitors/{id}", new { request = new { headers = new { X_ = "y" }, auth = new { basic = new { user = "other", password = "***" } } } });
        Assert.True(changed.Status == 200, $"{changed}");
        Assert.Equal((2, before["request.auth.basic.password"]), ((await RowAsync(id)).Version, (await StoredAsync(id))["request.auth.basic.password"]));
        Assert.Equal(["request.auth.basic.password", "tls.client_key"], (await StoredAsync(id)).Keys.Order());
    }

    [Fact]
    public async Task HeaderInAnotherCase_IsTheSamePlace()
    {
        var (user, id) = await NewAsync();
        var before = await StoredAsync(id);
        var changed = await user.SendAsync("PATCH", $"/monitors/{id}", """{"request":{"headers":{"x-aPi-key":"***"}}}""");
        Assert.True(changed.Status == 200, $"{changed}");
        Assert.Equal(before["request.headers.x-api-key"], (await StoredAsync(id))["request.headers.x-api-key"]);
    }

    [Theory]
    [InlineData("""{"request":{"headers":{"Cookie":"***"}}}""", "request.headers.Cookie")]
    [InlineData("""{"request":{"headers":{"X-Other":"***"},"secret_headers":["x-other"]}}""", "request.headers.X-Other")]
    [InlineData("""{"request":{"headers":{"Accept":"***"},"secret_headers":["accept"]}}""", "request.headers.Accept")]
    [InlineData("""{"request":{"auth":{"bearer":{"token":"***"}}}}""", "request.auth.bearer.token")]
    // It would be shown.
    [InlineData("""{"request":{"headers":{"X-TokeN":"***"}}}""", "request.headers.X-TokeN")]
    public async Task Mask_WhereNothingIsStored_IsRefused(string body, string path)
    {
        var (user, id) = await NewAsync();
        (await user.SendAsync("PATCH", $"/monitors/{id}", body)).IsProblem(400, "validation_failed", path);
        Assert.Equal((1, 4), ((await RowAsync(id)).Version, (await StoredAsync(id)).Count));
    }

    [Fact]
    public async Task Mask_InANewMonitor_IsRefusedAtEachPlace()
    {
        var user = await _host.NewUserAsync();
        var refused = await user.SendAsync("POST", "/monitors",
            """{"url":"https://example.com/","interval_sec":60,"request":{"headers":{"X-Api-Key":"***"},"auth":{"basic":{"user":"u","password":"***"}}}}""");
        refused.IsProblem(400, "validation_failed", "request.headers.X-Api-Key").IsProblem(400, "validation_failed", "request.auth.basic.password");
    }

    [Theory]
    [InlineData("http://api.example.com:443/health")]
    [InlineData("https://api.example.com:8443/health")]
    [InlineData("https://api.example.com.evil.example/health")]
    [InlineData("https://evil.example/health")]
    public async Task Url_OfAnotherOrigin_WantsEverySecretAgain(string url)
    {
        var (user, id) = await NewAsync();
        string[] fields = ["request.headers.X-Api-Key", "request.headers.x-Token", "request.auth.basic.password", "tls.client_key"];
        var moved = await user.SendAsync("PATCH", $"/monitors/{id}", new { url });
        foreach (var field in fields)
            moved.IsProblem(400, "validation_failed", field);
        var masked = (await user.GetAsync($"/monitors/{id}"))["request"].GetRawText();
        (await user.SendAsync("PATCH", $"/monitors/{id}", $$"""{"url":"{{url}}","request":{{masked}},"tls":null}""")).IsProblem(400, "validation_failed", fields[0]);
        Assert.Equal((1, Url, 4), ((await RowAsync(id)).Version, (await RowAsync(id)).Url, (await StoredAsync(id)).Count));

        var sent = await user.SendAsync("PATCH", $"/monitors/{id}", new { url, request = new { headers = new Dictionary<string, string> { ["Cookie"] = "new-cookie-1" } }, tls = (object?)null });
        Assert.True(sent.Status == 200, $"{sent}");
        Assert.Equal(new Dictionary<string, string> { ["request.headers.cookie"] = "new-cookie-1" }, await StoredAsync(id));
        // Without secrets it goes anywhere.
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", new { url = Url, request = (object?)null })).Status);
        Assert.Null((await RowAsync(id)).SealedSecrets);
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", new { url = "https://elsewhere.example/" })).Status);
    }

    [Theory]
    [InlineData("https://API.example.com:443/other?a=1")]
    [InlineData("HTTPS://api.example.com/")]
    public async Task Url_OfTheSameOrigin_KeepsThem(string url)
    {
        var (user, id) = await NewAsync();
        var before = (await RowAsync(id)).SealedSecrets;
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", new { url })).Status);
        Assert.Equal((2, before, 4), ((await RowAsync(id)).Version, (await RowAsync(id)).SealedSecrets, (await StoredAsync(id)).Count));
    }

    [Fact]
    public async Task NewSecretInTheSamePlace_ReachesWorkersThoughNothingElseShows()
    {
        var (user, id) = await NewAsync();
        var (config, shown) = (await _host.ConfigAsync(id), (await user.GetAsync($"/monitors/{id}"))["request"].GetRawText());
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", new { request = Request(2) })).Status);
        Assert.Equal(shown, (await user.GetAsync($"/monitors/{id}"))["request"].GetRawText());
        Assert.Equal((2, "password-2-hush"), ((await RowAsync(id)).Version, (await StoredAsync(id))["request.auth.basic.password"]));
        Assert.Equal(Client.Key, (await StoredAsync(id))["tls.client_key"]);
        Assert.NotEqual(config![2..], (await _host.ConfigAsync(id))![2..]);
        Assert.Contains((await RowAsync(id)).SealedSecrets!, await _host.ConfigAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsReplacedOrCleared_IsGone()
    {
        var (user, id) = await NewAsync();
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", """{"request":{"method":"HEAD"}}""")).Status);
        Assert.Equal(["tls.client_key"], (await StoredAsync(id)).Keys);
        (await user.SendAsync("PATCH", $"/monitors/{id}", """{"request":{"headers":{"X-Api-Key":"***"}}}""")).IsProblem(400, "validation_failed", "request.headers.X-Api-Key");
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", """{"tls":null}""")).Status);
        Assert.Null((await RowAsync(id)).SealedSecrets);
    }

    [Fact]
    public async Task SealedForAnotherOrigin_OrUnreadable_IsSentAgainAndHindersNothingElse()
    {
        var (user, id) = await NewAsync();
        foreach (var spoil in (Func<Task<int>>[])[
            // As a process of the version before does, which knows of no secrets.
            () => SetAsync(id, m => m.Url, "https://evil.example/"),
            () => SetAsync(id, m => m.SealedSecrets!, "not sealed at all")])
        {
            await spoil();
            Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", new { name = "Shop", assertions = (string[])["status eq 200"] })).Status);
            (await user.SendAsync("PATCH", $"/monitors/{id}", """{"request":{"headers":{"X-Api-Key":"***"}}}""")).IsProblem(400, "validation_failed", "request.headers.X-Api-Key");
            var again = await user.SendAsync("PATCH", $"/monitors/{id}", Body(2, (await RowAsync(id)).Url));
            Assert.True(again.Status == 200, $"{again}");
            Assert.Equal(4, (await StoredAsync(id)).Count);
        }
    }

    [Fact]
    public async Task WithoutKeys_OnlySecretsAreUnavailable()
    {
        await using var host = await api.StartAsync(("DataProtection:Key", ""));
        var user = await host.NewUserAsync();
        var refused = (await user.SendAsync("POST", "/monitors", Body())).IsProblem(503, "unavailable");
        Assert.Contains("DataProtection:Key", refused.Text("detail"), StringComparison.Ordinal);
        Assert.NotEmpty(refused.Headers["Retry-After"]);
        Assert.Equal(0, (await user.GetAsync("/users/profile"))["monitors_count"].GetInt32());

        var id = await user.NewMonitorAsync(new { url = Url, interval_sec = 60, request = new { headers = new { Accept = "text/plain" } } });
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", new { request = new { method = "HEAD" }, tls = new { min_days = 7 } })).Status);
        (await user.SendAsync("PATCH", $"/monitors/{id}", new { request = Request(1) })).IsProblem(503, "unavailable");
    }

    [Fact]
    public async Task Errors_RepeatNoValue()
    {
        var (user, id) = await NewAsync();
        foreach (var (body, path) in new[]
        {
            ("""{"request":{"auth":{"basic":{"user":"u","password":["hush-hush"]}}}}""", "request.auth.basic.password"),
            ("""{"request":{"headers":{"Authorization":{"hush":"hush-hush"}}}}""", "request.headers.Authorization"),
            ("""{"request":{"headers":"hush-hush"}}""", "request.headers"),
            ("""{"request":{"auth":"hush-hush"}}""", "request.auth"),
            ("""{"request":{"auth":{"bearer":{"token":"hush-hush","tokn":"hush-hush"}}}}""", "request.auth.bearer.tokn"),
            ("""{"request":{"auth":{"bearer":{"token":"hush-hush","token":"hush-hush"}}}}""", "request.auth.bearer.token"),
        })
            Assert.DoesNotContain("hush-hush", (await user.SendAsync("PATCH", $"/monitors/{id}", body)).IsProblem(400, "validation_failed", path).Content, StringComparison.Ordinal);
    }

    private async Task<(Caller User, Guid Id)> NewAsync()
    {
        var user = await _host.NewUserAsync();
        return (user, await user.NewMonitorAsync(Body()));
    }

    private static string[] Secrets(int n) => [$"password-{n}-hush", $"key-{n}-hush", $"token-{n}-hush", Client.Key.Split('\n')[1]];

    private static object Request(int n) => new
    {
        headers = new Dictionary<string, string> { ["X-Api-Key"] = $"key-{n}-hush", ["x-Token"] = $"token-{n}-hush", ["Accept"] = "text/plain" },
        secret_headers = (string[])["X-TOKEN"],
        auth = new { basic = new { user = "monit", password = $"password-{n}-hush" } },
    };

    private static object Body(int n = 1, string url = Url) => new
    {
        url, interval_sec = 60, request = Request(n), tls = new { client_certificate = Client.Certificate, client_key = Client.Key },
    };

    private Task<UptimeMonitor> RowAsync(Guid id) => _host.DbAsync(db => db.Monitors.AsNoTracking().SingleAsync(m => m.Id == id));

    private Task<int> SetAsync(Guid id, System.Linq.Expressions.Expression<Func<UptimeMonitor, string>> property, string value) =>
        _host.DbAsync(db => db.Monitors.Where(m => m.Id == id).ExecuteUpdateAsync(set => set.SetProperty(property, value)));

    private async Task<IReadOnlyDictionary<string, string>> StoredAsync(Guid id)
    {
        var row = await RowAsync(id);
        return _host.App.Services.GetRequiredService<SecretVault>().Open(row.SealedSecrets, Core.Checks.Settings.Secrets.OriginOf(row.Url))!;
    }

    private static (string Certificate, string Key) NewClient()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(30));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresSecretsAreWriteOnlyTests(PostgresApi api) : SecretsAreWriteOnlyTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteSecretsAreWriteOnlyTests(SqliteApi api) : SecretsAreWriteOnlyTests(api);
