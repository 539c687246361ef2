using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Monit.Alerts;
using Monit.IntegrationTests.Alerts;
using Monit.IntegrationTests.Api;
using Monit.ServiceDefaults;
using Monit.ServiceDefaults.KeyRing;
using Monit.Storage;
using Monit.Testing;
using Monit.Worker;
using Monit.Worker.Alerting;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>Worker and Alerts as their Program.cs composes them, on a free port.</summary>
internal static class ServiceApps
{
    public static Task<WebApplication> StartAlertsAsync(string database, int port, params (string Key, string Value)[] settings) =>
        StartAsync(builder => builder.AddMonitAlerts(), app => app.MapMonitAlerts(), port,
            [("ConnectionStrings:monitdb", database), ("Alerts:Key", AlertsHost.Key), .. settings]);

    public static Task<WebApplication> StartWorkerAsync(string database, string redis, int alertsPort, params (string Key, string Value)[] settings) =>
        StartAsync(builder => builder.AddMonitRedis().AddMonitStorage().AddMonitWorker().AddAlertsClient(), _ => { }, 0,
        [
            ("ConnectionStrings:monitdb", database), ("ConnectionStrings:redis", redis), ("Alerts:Key", AlertsHost.Key),
            ("services:alerts:http:0", $"http://127.0.0.1:{alertsPort}"), ("Scheduling:KeyPrefix", LocalStores.NewPrefix()), .. settings,
        ]);

    private static async Task<WebApplication> StartAsync(
        Action<WebApplicationBuilder> add, Action<WebApplication> map, int port, (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.AddServiceDefaults();
        builder.AddMonitDatabase();
        builder.Services.AddSchemaWait();
        builder.Configuration["DataProtection:Key"] = ApiHost.Secret;
        builder.AddMonitDataProtection();
        add(builder);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
