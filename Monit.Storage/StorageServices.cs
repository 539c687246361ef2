using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Monit.Core.Options;
using Monit.Storage.History;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Secrets;
using Monit.Storage.Sql;
using Monit.Storage.Sync;

namespace Monit.Storage;

public static class StorageServices
{
    /// <summary>Adds the services that all hosts share. The host must register the clients of Redis and SQL.</summary>
    public static IHostApplicationBuilder AddMonitStorage(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<SchedulingOptions>("Scheduling");
        services.AddValidatedOptions<HistoryRetentionOptions>("History");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StoreResilience>();
        services.TryAddSingleton<RedisKeys>();
        services.TryAddSingleton<RedisSchedule>();
        services.TryAddSingleton<MonitorSync>();
        services.TryAddSingleton<MonitorImport>();
        services.TryAddSingleton<IncidentStore>();
        services.TryAddSingleton<SecretVault>();
        return builder;
    }
}
