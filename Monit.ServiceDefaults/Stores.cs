using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Monit.Core;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;
using Npgsql;
using StackExchange.Redis;

namespace Monit.ServiceDefaults;

/// <summary>
/// The clients of the two stores, under the names that Aspire gives them: <c>ConnectionStrings:redis</c> and
/// <c>ConnectionStrings:monitdb</c>, registered by Aspire's client integrations.
/// </summary>
public static class Stores
{
    /// <summary>Registers <see cref="IConnectionMultiplexer"/> with a health check; the service's start connects it.</summary>
    public static T AddMonitRedis<T>(this T builder) where T : IHostApplicationBuilder
    {
        var connection = builder.RequireConnectionString("redis", text => ConfigurationOptions.Parse(text));
        // A span for every command would be many for a check: the pipeline traces what its scripts do, by itself.
        builder.AddRedisClient("redis", settings => (settings.ConnectionString, settings.DisableTracing) = (connection, true), Configure);
        builder.Services.AddHostedService<RedisConnection>();
        return builder;
    }

    /// <summary>Registers <c>IDbContextFactory&lt;MonitDb&gt;</c> and a scoped <see cref="MonitDb"/> on PostgreSQL.</summary>
    public static T AddMonitDatabase<T>(this T builder) where T : IHostApplicationBuilder
    {
        var connection = builder.RequireConnectionString("monitdb", text => new NpgsqlConnectionStringBuilder(text));
        builder.Services.AddMonitDb<PostgresMonitDb>(options => options.UseMonitPostgres(connection));
        // Retries are done by StoreResilience alone; EF's would need every transaction wrapped in an execution strategy.
        builder.EnrichNpgsqlDbContext<PostgresMonitDb>(settings => settings.DisableRetry = true);
        return builder;
    }

    /// <summary>Registers the pooled factory of a store, and what asks for <see cref="MonitDb"/> behind it.</summary>
    public static IServiceCollection AddMonitDb<T>(this IServiceCollection services, Action<DbContextOptionsBuilder> options)
        where T : MonitDb
    {
        services.AddPooledDbContextFactory<T>(options);
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<T>>().CreateDbContext());
        services.AddSingleton<IDbContextFactory<MonitDb>, MonitDbFactory<T>>();
        // One of its own, and not the other's: a scope would dispose of it twice, the second time when it may be somebody else's.
        services.AddScoped<MonitDb>(provider => provider.GetRequiredService<IDbContextFactory<T>>().CreateDbContext());
        return services;
    }

    // A command that waits out a lost connection would run when nobody listens any more: fail at once, and let the
    // callers' own retries decide.
    private static void Configure(ConfigurationOptions options)
    {
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
    }

    private static string RequireConnectionString(this IHostApplicationBuilder builder, string name, Func<string, object> parse)
    {
        if (builder.Configuration.GetConnectionString(name) is not { Length: > 0 } connection)
            throw new StartException(
                $"ConnectionStrings:{name} is not set. Set it, for example as the environment variable ConnectionStrings__{name}.");
        try
        {
            parse(connection);
            return connection;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or OverflowException)
        {
            // Without the text itself, which may hold a password.
            throw new StartException($"ConnectionStrings:{name} cannot be read: {malformed.Message}", malformed);
        }
    }
}
