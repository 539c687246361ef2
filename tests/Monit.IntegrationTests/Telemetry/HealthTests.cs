using System.Net;
using Microsoft.AspNetCore.Builder;
using Monit.IntegrationTests.Api;
using Monit.ServiceDefaults;
using Monit.Testing;
using Monit.Worker.Scheduler;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>Readiness of each service without its stores, and its recovery.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
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

        await alerts.DisposeAsync();
        await NotReadyAsync(worker);
        await ReadyAsync(api.App);
        await using var again = await ServiceApps.StartAlertsAsync(database, port);
        await ReadyAsync(worker, again);
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

    private async Task<HttpStatusCode> StatusAsync(WebApplication app, string path)
    {
        using var answer = await _http.GetAsync(new Uri(new Uri(app.Urls.First()), path), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
