using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Monit.Alerts.Limits;
using Monit.Alerts.Telemetry;
using Monit.Core.Options;
using Monit.Storage.Resilience;

namespace Monit.Alerts.Delivery;

internal static class DeliveryServices
{
    /// <summary>Adds queue, workers and sweep. The host must register the database.</summary>
    public static IHostApplicationBuilder AddDelivery(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<DeliveryOptions>("Alerts");
        services.AddValidatedOptions<LimitOptions>("Alerts");
        services.AddSingleton<IValidateOptions<DeliveryOptions>, SendLeaseRule>();

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StoreResilience>();
        services.AddSingleton<DeliveryMetrics>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<MailLimits>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<AlertIntake>();
        services.AddSingleton<AlertDelivery>();
        services.AddHostedService<DeliveryWorkers>();
        services.AddHostedService<DeliverySweep>();
        services.AddHostedService<OldSettingNotice>();
        services.AddHealthChecks().AddCheck<DeliveryHealthCheck>("alerts");
        return builder;
    }
}
