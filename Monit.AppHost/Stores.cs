using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>Where Redis and PostgreSQL come from: the first of connection string, publish target, container and local process.</summary>
internal static class Stores
{
    public static IResourceBuilder<IResourceWithConnectionString> AddRedisStore(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, PublishTarget? target) =>
        builder.AddExisting(name) ?? target?.AddRedis(builder, name)
            ?? (builder.HasContainers() ? builder.AddRedisContainer(name) : builder.AddLocalRedis(name));

    public static IResourceBuilder<IResourceWithConnectionString> AddDatabaseStore(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, PublishTarget? target) =>
        builder.AddExisting(name) ?? target?.AddDatabase(builder, name)
            ?? (builder.HasContainers() ? builder.AddPostgresContainer(name) : builder.AddLocalPostgres(name));

    /// <summary>Redis in a container that keeps its data.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddRedisContainer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name)
    {
        var redis = builder.AddRedis(name).WithLifetime(ContainerLifetime.Persistent).WithPlainTransport();
        return redis.WithVolume(VolumeName(redis, "redis"), "/data")
            .WithEntrypoint("redis-server")
            .WithArgs(context =>
            {
                // Ours alone. Evicting would drop the schedule; snapshots would fork a process every minute, beside the append-only file.
                context.Args.Clear();
                foreach (var argument in (object[])["--requirepass", redis.Resource.PasswordParameter!, "--save", "",
                    "--appendonly", "yes", "--maxmemory-policy", "noeviction"])
                    context.Args.Add(argument);
            });
    }

    /// <summary>PostgreSQL in a container that keeps its data.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddPostgresContainer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name)
    {
        var postgres = builder.AddPostgres("postgres").WithLifetime(ContainerLifetime.Persistent);
        return postgres.WithDataVolume(VolumeName(postgres, "postgres")).AddDatabase(name);
    }

    private static bool HasContainers(this IDistributedApplicationBuilder builder) =>
        !LocalStores.AreWanted(builder.Configuration) && ContainerEngine.Answers(builder.Configuration);

    /// <summary>A store outside of this application, if <c>ConnectionStrings:{name}</c> is configured.</summary>
    private static IResourceBuilder<IResourceWithConnectionString>? AddExisting(
        this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 } ? builder.AddConnectionString(name) : null;

    // A published name must not depend on the folder that it was published from; two checkouts that run must not share one.
    private static string VolumeName<T>(IResourceBuilder<T> store, string name) where T : IResource =>
        store.ApplicationBuilder.ExecutionContext.IsPublishMode ? $"monit-{name}" : VolumeNameGenerator.Generate(store, "data");
}
