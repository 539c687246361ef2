using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Monit.Alerts.Contract;
using Monit.Alerts.Delivery;
using Monit.Alerts.Email;
using Monit.Alerts.Http;
using Monit.Alerts.Telemetry;
using Monit.Core.Options;
using Monit.Storage.Resilience;

namespace Monit.Alerts;

public static class AlertsServices
{
    /// <summary>Adds the delivery of alerts: queue, workers, sweep and e-mail. The host must register the database.</summary>
    public static IHostApplicationBuilder AddMonitAlerts(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<DeliveryOptions>("Alerts");
        services.AddValidatedOptions<SmtpOptions>("Smtp");
        services.AddSingleton<IValidateOptions<DeliveryOptions>, SendLeaseRule>();
        services.AddSingleton<IValidateOptions<SmtpOptions>, FromRule>();
        services.AddValidatedOptions<AccessOptions>("Alerts");

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StoreResilience>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DeliveryMetrics>();
        services.AddSingleton<AlertIntake>();
        services.AddSingleton<EmailChannel>();
        services.AddSingleton<AlertDelivery>();
        services.AddHostedService<DeliveryWorkers>();
        services.AddHostedService<DeliverySweep>();
        return builder;
    }

    /// <summary>Adds an <see cref="IAlertsApi"/> that calls this process directly, without HTTP and without a key.</summary>
    public static IServiceCollection AddInProcessAlertsApi(this IServiceCollection services) =>
        services.AddSingleton<IAlertsApi, InProcessAlertsApi>();
}
