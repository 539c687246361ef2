using Monit.Alerts.Contract;
using Refit;

namespace Monit.Worker.Alerting;

public static class AlertsClient
{
    private static readonly Uri Address = new("https+http://alerts");

    /// <summary>
    /// The client of Monit.Alerts, which service discovery resolves as <c>http://alerts</c>. Each call sends the key
    /// <c>Alerts:Key</c> and is retried on failure: the endpoint is idempotent.
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
            // The caller logs failures, and each call has its own span.
            .RemoveAllLoggers()
            .AddServiceDiscovery()
            .AddStandardResilienceHandler();
        return builder;
    }
}
