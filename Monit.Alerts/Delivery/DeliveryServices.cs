using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Monit.Alerts.Telemetry;
using Monit.Core.Options;
using Monit.Storage;

namespace Monit.Alerts.Delivery;

internal static class DeliveryServices
{
    /// <summary>Adds queue, workers and sweep. The host must register the database.</summary>
    public static IHostApplicationBuilder AddDelivery(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<DeliveryOptions>("Alerts");
        services.AddSingleton<IValidateOptions<DeliveryOptions>, SendLeaseRule>();

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StoreResilience>();
        services.AddSingleton<DeliveryMetrics>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<AlertIntake>();
        services.AddSingleton<AlertDelivery>();
        services.AddHostedService<DeliveryWorkers>();
        services.AddHostedService<DeliverySweep>();
        return builder;
    }
}
