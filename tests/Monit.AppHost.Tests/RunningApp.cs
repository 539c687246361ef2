using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Monit.Testing;

namespace Monit.AppHost.Tests;

/// <summary>The distributed application, started and healthy, with a pipeline that decides fast.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    public static readonly string[] Services = ["api", "alerts", "worker"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    // A start takes all processors: two at once would only take longer, each of them.
    private static readonly SemaphoreSlim Starts = new(1);
    private readonly DistributedApplication _app;
    private readonly OtlpSink _telemetry;

    private RunningApp(DistributedApplication app, OtlpSink telemetry) => (_app, _telemetry) = (app, telemetry);

    /// <summary>What the services have sent so far.</summary>
    public IEnumerable<TelemetryItem> Telemetry => _telemetry.Received;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>On stores that exist, without a container.</summary>
    public static async Task<RunningApp> StartAsync(LocalStores stores, params string[] settings) => await StartAsync(
    [
        $"--ConnectionStrings:redis={await stores.RedisConnectionStringAsync()}",
        $"--ConnectionStrings:monitdb={await stores.NewDatabaseAsync()}",
        .. settings,
    ]);

    public static async Task<RunningApp> StartAsync(params string[] settings)
    {
        var telemetry = await OtlpSink.StartAsync(Ct);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Monit_AppHost>(settings, Ct);
        // A rule for any category of any provider; a minimum level gives way to the rules of appsettings.json.
        builder.Services.AddLogging(logging => logging.AddFilter(null, LogLevel.Warning)
            // Unhealthy is what a service is until it has started.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        var prefix = LocalStores.NewPrefix();
        foreach (var service in Services)
            builder.CreateResourceBuilder<ProjectResource>(service)
                .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", telemetry.Url)
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .WithEnvironment("Scheduling__KeyPrefix", prefix)
                .WithEnvironment("Monitors__MinInterval", "00:00:02")
                .WithEnvironment("Scheduler__Interval", "00:00:00.200")
                .WithEnvironment("ResultProcessor__RetryThreshold", "0")
                .WithEnvironment("ResultProcessor__FailureThreshold", "1")
                // An alert that the sweep finds first is no part of its check's trace.
                .WithEnvironment("Alerts__SweepInterval", "01:00:00");

        var app = new RunningApp(await builder.BuildAsync(Ct), telemetry);
        await Starts.WaitAsync(Ct);
        try
        {
            await app._app.StartAsync(Ct);
            foreach (var service in Services)
                await app._app.ResourceNotifications.WaitForResourceHealthyAsync(service, Ct).WaitAsync(Patience, TimeProvider.System, Ct);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        finally
        {
            Starts.Release();
        }
    }

    public HttpClient Client(string service) => _app.CreateHttpClient(service);

    public Task<ExecuteCommandResult> CommandAsync(string resource, string command) =>
        _app.ResourceCommands.ExecuteCommandAsync(_app.Services.GetRequiredService<DistributedApplicationModel>()
            .Resources.Single(r => r.Name == resource), command, Ct);

    /// <summary>A new account, logged in.</summary>
    public async Task<ApiUser> RegisterAsync()
    {
        var http = Client("api");
        var account = new { email = "ada@example.org", password = "correct horse battery" };
        using var registered = await http.PostAsJsonAsync("/api/v1/users/register", new { name = "Ada", account.email, account.password }, Ct);
        registered.EnsureSuccessStatusCode();
        using var login = await http.PostAsJsonAsync("/api/v1/users/login", account, Ct);
        var token = (await login.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("access_token").GetString();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApiUser(http);
    }

    /// <summary>The addresses that the dashboard's first page links to, but for those of replicas.</summary>
    public IReadOnlyList<Uri> Links() =>
        [.. Services.SelectMany(service => _app.ResourceNotifications.TryGetCurrentState(service, out var state) ? state.Snapshot.Urls : [])
            .Where(url => url is { IsInternal: false, IsInactive: false }).Select(url => new Uri(url.Url)).Distinct()];

    public Task StopAsync() => _app.StopAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _telemetry.DisposeAsync();
    }
}

/// <summary>Somebody who uses the public API.</summary>
internal sealed class ApiUser(HttpClient http)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task<Guid> AddMonitorAsync(string url, string email)
    {
        using var created = await http.PostAsJsonAsync("/api/v1/monitors", new { url, interval_sec = 2, alert_email = email }, Ct);
        return (await created.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetGuid();
    }

    public Task StatusBecomesAsync(Guid monitor, string state) => Eventually.Get(
        async () => (await http.GetFromJsonAsync<JsonElement>($"/api/v1/monitors/{monitor}/status", Ct)).GetProperty("state").GetString(),
        seen => seen == state, $"the monitor is {state}", 30);
}
