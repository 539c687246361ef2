using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Monit.Api;
using Monit.ServiceDefaults;
using Monit.ServiceDefaults.KeyRing;
using Monit.Storage;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.Api;

/// <summary>The API on a free port, with given stores.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    /// <summary>Long enough for HS512, which must be refused all the same.</summary>
    public const string Secret = "a secret of the tests, long enough to sign with any algorithm of the family";

    private static int _users;

    private readonly HttpClient _http;

    private ApiHost(WebApplication app)
    {
        App = app;
        _http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public WebApplication App { get; }
    public HttpClient Http => _http;
    public RedisSchedule Schedule => App.Services.GetRequiredService<RedisSchedule>();

    public static async Task<ApiHost> StartAsync(
        Action<WebApplicationBuilder> database, string redis, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (key, value) in ((string, string)[])[
            ("ConnectionStrings:redis", redis), ("Scheduling:KeyPrefix", Testing.LocalStores.NewPrefix()),
            ("Auth:Secret", Secret), ("DataProtection:Key", Secret), ("Auth:RateLimitPerMinute", "0"), ("Api:RequestsPerSecond", "0"), ("Api:ChecksPerSecond", "0"), .. settings])
            builder.Configuration[key] = value;
        builder.AddServiceDefaults();
        builder.AddMonitRedis();
        database(builder);
        builder.AddMonitStorage();
        builder.Services.AddSchemaMigration();
        builder.AddMonitDataProtection();
        builder.AddMonitApi();

        var app = builder.Build();
        app.MapMonitApi();
        app.MapDefaultEndpoints();
        // Stand-ins for an unexpected exception and for the endpoint of another service in the process.
        app.MapGet("/boom", void () => throw new InvalidOperationException("an internal secret"));
        app.MapGet("/foreign", () => "open");
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return new ApiHost(app);
    }

    /// <summary>A new account with a token.</summary>
    public async Task<Caller> NewUserAsync(bool paid = false)
    {
        var email = $"user{Interlocked.Increment(ref _users)}@example.com";
        var account = new { name = "Tester", email, password = "correct horse" };
        var registered = await new Caller(_http, null).SendAsync("POST", "/users/register", account);
        Assert.Equal(201, registered.Status);
        var login = await new Caller(_http, null).SendAsync("POST", "/users/login", new { email, password = "correct horse" });
        var id = login.Guid("user_id");
        if (paid)
            await DbAsync(db => db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(set => set.SetProperty(u => u.IsPaidUser, true)));
        return new Caller(_http, login.Text("access_token")) { Id = id, Email = email };
    }

    /// <summary>A new account, and its token for requests that no <see cref="Caller"/> sends.</summary>
    public async Task<(Caller User, string Token)> NewTokenAsync()
    {
        var user = await NewUserAsync();
        return (user, App.Services.GetRequiredService<Monit.Api.Auth.Tokens>().Issue(user.Id).Value);
    }

    public Caller Anonymous => new(_http, null);

    public async Task<T> DbAsync<T>(Func<MonitDb, Task<T>> use)
    {
        await using var db = await App.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContextAsync();
        return await use(db);
    }

    public Task<MonitorView> ViewAsync(Guid id) => OneAsync(Schedule.ViewAsync([id]));

    /// <summary>A monitor's configuration in Redis; null if there is none.</summary>
    public async Task<string?> ConfigAsync(Guid id) =>
        await App.Services.GetRequiredService<StackExchange.Redis.IConnectionMultiplexer>().GetDatabase()
            .HashGetAsync(Schedule.Keys.For(0, "config"), id.ToString());

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await App.DisposeAsync();
    }

    private static async Task<MonitorView> OneAsync(Task<IReadOnlyList<MonitorView>> views) => (await views)[0];
}
