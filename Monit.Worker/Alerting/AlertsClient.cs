using Monit.Alerts.Contract;
using Refit;

namespace Monit.Worker.Alerting;

public static class AlertsClient
{
    private static readonly Uri Address = new("https+http://alerts");

    /// <summary>
    /// The client of Monit.Alerts, found as <c>http://alerts</c> by service discovery and shown the key
    /// <c>Alerts:Key</c>. Retries belong here, and only here: asking twice is harmless.
    /// </summary>
    /// <exception cref="InvalidOperationException"><c>Alerts:Key</c> is missing or shorter than 32 characters.</exception>
    public static IHostApplicationBuilder AddAlertsClient(this IHostApplicationBuilder builder)
    {
        var key = builder.Configuration["Alerts:Key"];
        if (key is not { Length: >= 32 })
            throw new InvalidOperationException("Alerts:Key must have at least 32 characters; Monit.Alerts needs the same.");

        builder.Services.AddRefitGeneratedClient<IAlertsApi>(new RefitSettings())
            .ConfigureHttpClient(http =>
            {
                http.BaseAddress = Address;
                http.DefaultRequestHeaders.Add(IAlertsApi.KeyHeader, key);
            })
            // A failure is logged by whoever calls, and each call has a span of its own.
            .RemoveAllLoggers()
            .AddServiceDiscovery()
            .AddStandardResilienceHandler();
        return builder;
    }
}
