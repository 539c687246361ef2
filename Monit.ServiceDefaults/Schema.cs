using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Monit.Storage.Sql;

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

    /// <summary>Applies the migrations of PostgreSQL, and ends. Waits for a database that does not answer yet.</summary>
    /// <exception cref="DbException">The database refuses, or a migration fails.</exception>
    public static async Task MigrateAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddServiceDefaults();
        builder.AddMonitDatabase();
        builder.Services.AddSingleton(TimeProvider.System).AddSchemaMigration();
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
    }

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
        private const int AttemptsAReminder = 30;
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            var said = "";
            for (var attempt = 0; await ProblemAsync(cancellationToken) is { } problem; attempt++)
            {
                // Once, and again twice a minute: a line for every attempt would hide what else is said.
                if (problem != said || attempt % AttemptsAReminder == 0)
                    LogHeld(logger, said = problem);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <summary>Why the service cannot start yet; null when the schema is there.</summary>
        private async Task<string?> ProblemAsync(CancellationToken ct)
        {
            try
            {
                await using var db = await dbs.CreateDbContextAsync(ct);
                var pending = (await db.Database.GetPendingMigrationsAsync(ct)).ToList();
                if (pending.Count == 0)
                    return null;
                if (!migrate)
                    return $"the database lacks {pending.Count} migrations, from {pending[0]} on. Apply them with 'Monit.Api migrate'; "
                        + "in the Aspire application the resource 'migrations' does";
                LogMigrating(logger, pending.Count, string.Join(", ", pending));
                await db.Database.MigrateAsync(ct);
                return null;
            }
            // Whoever migrates ends when the database refuses; whoever waits for a migration waits for that to be mended, too.
            catch (DbException away) when (away.IsTransient || !migrate)
            {
                return $"the database does not answer: {away.Message}";
            }
            catch (TimeoutException away)
            {
                return $"the database does not answer: {away.Message}";
            }
        }

        [LoggerMessage(1, LogLevel.Warning, "Not starting yet: {Problem}")]
        private static partial void LogHeld(ILogger logger, string problem);

        [LoggerMessage(2, LogLevel.Information, "Applying {Count} migrations: {Names}")]
        private static partial void LogMigrating(ILogger logger, int count, string names);
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
