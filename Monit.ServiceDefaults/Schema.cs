using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Monit.Core.Data;

namespace Monit.ServiceDefaults;

/// <summary>Who brings the schema up to date, and who waits for it.</summary>
public static partial class Schema
{
    /// <summary>Applies migrations before anything else starts, under EF's migration lock.</summary>
    public static IServiceCollection AddSchemaMigration(this IServiceCollection services) =>
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SchemaGate>(provider, true)).AddSchemaHealth();

    /// <summary>Holds the service's start until somebody else has applied the migrations.</summary>
    public static IServiceCollection AddSchemaWait(this IServiceCollection services) =>
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SchemaGate>(provider, false)).AddSchemaHealth();

    private static IServiceCollection AddSchemaHealth(this IServiceCollection services)
    {
        // A single instance: once the schema is current, nobody asks again.
        services.AddSingleton<SchemaHealthCheck>();
        services.AddHealthChecks().AddCheck<SchemaHealthCheck>("schema");
        return services;
    }

    private sealed partial class SchemaGate(
        IDbContextFactory<MonitDb> dbs, TimeProvider time, ILogger<SchemaGate> logger, bool migrate) : IHostedLifecycleService
    {
        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    await using var db = await dbs.CreateDbContextAsync(cancellationToken);
                    if (migrate)
                        await db.Database.MigrateAsync(cancellationToken);
                    if (!(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
                        return;
                    LogWaiting(logger);
                }
                catch (Exception failure) when (failure is System.Data.Common.DbException or TimeoutException)
                {
                    LogUnreachable(logger, failure.Message);
                }
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        [LoggerMessage(1, LogLevel.Information, "Waiting for the database schema; Monit.Api applies it when it starts")]
        private static partial void LogWaiting(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning, "The database does not answer, trying again: {Reason}")]
        private static partial void LogUnreachable(ILogger logger, string reason);
    }

    private sealed class SchemaHealthCheck(IDbContextFactory<MonitDb> dbs) : IHealthCheck
    {
        private bool _current;

        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (!_current)
            {
                await using var db = await dbs.CreateDbContextAsync(cancellationToken);
                _current = !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
            }
            return _current
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, "Migrations are pending.");
        }
    }
}
