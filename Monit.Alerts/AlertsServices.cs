using Monit.Alerts.Channels.Email;
using Monit.Alerts.Confirmation;
using Monit.Alerts.Contract;
using Monit.Alerts.Delivery;
using Monit.Alerts.Http;
using Monit.Core.Options;

namespace Monit.Alerts;

public static class AlertsServices
{
    /// <summary>Adds the delivery of alerts, and the channels it delivers through. The host must register the database.</summary>
    public static IHostApplicationBuilder AddMonitAlerts(this IHostApplicationBuilder builder)
    {
        builder.AddNetworkOptions();
        builder.AddConfirmation();
        builder.AddDelivery();
        builder.AddAlertsEndpoint();
        // The channels, a line each.
        builder.AddEmailChannel();
        return builder;
    }

    /// <summary>Maps <see cref="IAlertsApi"/>; requests must carry <c>Alerts:Key</c>.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException"><c>Alerts:Key</c> is missing or too short.</exception>
    public static IEndpointRouteBuilder MapMonitAlerts(this IEndpointRouteBuilder app) => app.MapAlertsEndpoint();

    /// <summary>Adds an <see cref="IAlertsApi"/> that calls this process directly, without HTTP and without a key.</summary>
    public static IServiceCollection AddInProcessAlertsApi(this IServiceCollection services) =>
        services.AddSingleton<IAlertsApi, InProcessAlertsApi>();
}
