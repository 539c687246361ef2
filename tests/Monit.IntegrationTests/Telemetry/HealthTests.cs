using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Monit.IntegrationTests.Api;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;
using Monit.Testing;
using Monit.Worker.Scheduler;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>Readiness of each service without its stores, and its recovery.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Service_IsNotReadyWithoutWhatItNeeds_AndReadyAgainByItself()
    {
        using var postgres = await PostgresServer.StartAsync();
        using var redis = await RedisServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        var port = Server.FreePort();
        await using var alerts = await ServiceApps.StartAlertsAsync(database, port);
        await using var worker = await ServiceApps.StartWorkerAsync(database, redis.ConnectionString, port);
        await using var api = await ApiHost.StartAsync(builder =>
        {
            builder.Configuration["ConnectionStrings:monitdb"] = database;
            builder.AddMonitDatabase();
        }, redis.ConnectionString);
        await ReadyAsync(worker, api.App, alerts);

        postgres.Kill();
        await NotReadyAsync(worker, api.App, alerts);
        await postgres.RestartAsync();
        await ReadyAsync(worker, api.App, alerts);

        redis.Kill();
        await NotReadyAsync(worker, api.App);
        await ReadyAsync(alerts);
        await redis.RestartAsync();
        await ReadyAsync(worker, api.App);

        // Checks go on without the alert service, and alerts wait in SQL.
        Assert.Equal(["PostgresMonitDb", "StackExchange.Redis", "capacity", "claim-loop", "schema", "secrets", "self"], await DetailsAsync(worker));
    }

    [Fact]
    public async Task Readiness_IsAskedForOnceASecond_AndACallerThatHangsUpAbortsNothing()
    {
        var time = new FakeTimeProvider();
        var (asked, answer) = (0, new TaskCompletionSource());
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.AddServiceDefaults();
        builder.Services.AddHealthChecks().AddAsyncCheck("counted", async () =>
        {
            asked++;
            await answer.Task;
            return HealthCheckResult.Degraded("on purpose");
        });
        await using var app = builder.Build();
        app.MapDefaultEndpoints();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(app.Urls.First());

        using (var hangUp = new CancellationTokenSource())
        {
            var gone = _http.GetAsync(new Uri(address, "/health"), hangUp.Token);
            await Eventually.True(() => asked == 1, "the first caller has the checks run");
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        }
        answer.SetResult();
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _http.GetStringAsync(new Uri(address, "/health"))));
        Assert.All(answers, text => Assert.Equal("Degraded", text));
        Assert.Equal(1, asked);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("counted: Degraded on purpose", await _http.GetStringAsync(new Uri(address, "/health?details"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(2, asked);

        using var proxied = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/health?details")) { Headers = { { "X-Forwarded-For", "192.0.2.1" } } };
        using var forOthers = await _http.SendAsync(proxied, TestContext.Current.CancellationToken);
        Assert.Equal("Degraded", await forOthers.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null, 1, false)]
    [InlineData(29, 1, true)]
    [InlineData(31, 1, false)]
    [InlineData(31, 60, true)]
    [InlineData(601, 60, false)]
    public void ClaimLoop_IsHealthyWhileItsLastTickIsRecent(int? since, int interval, bool alive) => Assert.Equal(alive,
        ClaimLoopHealthCheck.Problem(since is { } seconds ? TimeSpan.FromSeconds(seconds) : null, TimeSpan.FromSeconds(interval)) is null);

    private async Task ReadyAsync(params WebApplication[] apps)
    {
        foreach (var app in apps)
            await Eventually.Get(() => StatusAsync(app, "/health"), status => status == HttpStatusCode.OK, $"{app.Urls.First()} is ready", 60);
    }

    private async Task NotReadyAsync(params WebApplication[] apps)
    {
        foreach (var app in apps)
        {
            await Eventually.Get(() => StatusAsync(app, "/health"), status => status == HttpStatusCode.ServiceUnavailable, $"{app.Urls.First()} is not ready", 60);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/alive"));
        }
    }

    private async Task<string[]> DetailsAsync(WebApplication app)
    {
        var lines = (await _http.GetStringAsync(new Uri(new Uri(app.Urls.First()), "/health?details"), TestContext.Current.CancellationToken)).Split('\n');
        return [.. lines.Skip(1).Select(line => line.Split(':')[0])];
    }

    private async Task<HttpStatusCode> StatusAsync(WebApplication app, string path)
    {
        using var answer = await _http.GetAsync(new Uri(new Uri(app.Urls.First()), path), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
