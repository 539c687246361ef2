using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Options;
using Monit.Core.Resilience;
using Monit.Core.Scheduling;

namespace Monit.Core;

public static class CoreServices
{
    /// <summary>Adds the services that all hosts share. The host must register the clients of Redis and SQL.</summary>
    public static IHostApplicationBuilder AddMonitCore(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<SchedulingOptions>("Scheduling");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StoreResilience>();
        services.TryAddSingleton<RedisKeys>();
        services.TryAddSingleton<RedisSchedule>();
        services.TryAddSingleton<MonitorSync>();
        services.TryAddSingleton<MonitorImport>();
        services.TryAddSingleton<IncidentStore>();
        return builder;
    }
}
