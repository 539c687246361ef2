using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>The parts that <c>AppHost.cs</c> puts together.</summary>
internal static class Parts
{
    /// <summary>A secret that is generated on first use, and stays.</summary>
    public static IResourceBuilder<ParameterResource> AddKey(this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

    /// <summary>A store outside of this application, if <c>ConnectionStrings:{name}</c> is configured.</summary>
    public static IResourceBuilder<IResourceWithConnectionString>? AddExisting(
        this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.IsConfigured(name) ? builder.AddConnectionString(name) : null;

    /// <summary>Whether the model has containers, so that a container engine is there anyway.</summary>
    public static bool HasContainers(this IDistributedApplicationBuilder builder) =>
        builder.Resources.Any(resource => resource is ContainerResource);

    public static IResourceBuilder<IResourceWithConnectionString> AddRedisContainer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddRedis(name).WithLifetime(ContainerLifetime.Persistent).WithDataVolume(builder.VolumeName("redis")).WithArgs(context =>
        {
            // Evicting would drop the schedule. A published Redis starts from one line for the shell: its last argument.
            string[] durable = ["--appendonly", "yes", "--maxmemory-policy", "noeviction"];
            if (context.ExecutionContext.IsRunMode)
                foreach (var argument in durable)
                    context.Args.Add(argument);
            else
                context.Args[^1] = $"{context.Args[^1]} {string.Join(' ', durable)}";
        });

    public static IResourceBuilder<IResourceWithConnectionString> AddPostgresContainer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddPostgres("postgres").WithLifetime(ContainerLifetime.Persistent)
            .WithDataVolume(builder.VolumeName("postgres")).AddDatabase(name);

    /// <summary>Takes all mail and sends none; its web page shows it.</summary>
    public static IResourceBuilder<ContainerResource> AddMailpit(this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddContainer(name, "axllent/mailpit", "v1.31")
            .WithLifetime(ContainerLifetime.Persistent)
            .WithEndpoint(targetPort: 1025, name: "smtp", scheme: "smtp")
            .WithHttpEndpoint(targetPort: 8025)
            .WithHttpHealthCheck("/readyz")
            .WithIconName("Mail")
            .WithUrlForEndpoint("smtp", url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly)
            .WithUrlForEndpoint("http", url => url.DisplayText = "Inbox");

    public static void WithInbox(this IResourceBuilder<ProjectResource> alerts, IResourceBuilder<ContainerResource> mailpit)
    {
        var smtp = mailpit.GetEndpoint("smtp");
        alerts.WaitFor(mailpit)
            .WithEnvironment("Smtp__Host", smtp.Property(EndpointProperty.Host))
            .WithEnvironment("Smtp__Port", smtp.Property(EndpointProperty.Port))
            .WithEnvironment("Smtp__Security", "None");
    }

    /// <summary>Passes the section <c>Smtp</c> on; its password as a secret, so that no published file shows it.</summary>
    public static void WithSmtpSettings(this IResourceBuilder<ProjectResource> alerts)
    {
        var builder = alerts.ApplicationBuilder;
        foreach (var setting in builder.Configuration.GetSection("Smtp").GetChildren())
            if (!setting.Key.Equals("Password", StringComparison.OrdinalIgnoreCase))
                alerts.WithEnvironment($"Smtp__{setting.Key}", setting.Value);
            else if (setting.Value is { Length: > 0 } password)
                alerts.WithEnvironment("Smtp__Password", builder.AddParameter("smtp-password", () => password, secret: true));
    }

    /// <summary>Names a service's address in the dashboard, and adds pages beside it.</summary>
    public static IResourceBuilder<ProjectResource> WithPages(
        this IResourceBuilder<ProjectResource> service, string name, params (string Name, string Path)[] pages)
    {
        service.WithUrlForEndpoint("http", url => url.DisplayText = name);
        foreach (var (text, path) in pages)
            service.WithUrlForEndpoint("http", _ => new ResourceUrlAnnotation { Url = path, DisplayText = text });
        return service;
    }

    /// <summary>Leaves sampling to the service: Aspire's <c>always_on</c> would show each look for work as a trace of its own.</summary>
    public static IResourceBuilder<ProjectResource> WithOwnSampling(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment(context => context.EnvironmentVariables.Remove("OTEL_TRACES_SAMPLER"));

    // A published name must not depend on the folder that it was published from; two checkouts that run must not share one.
    private static string? VolumeName(this IDistributedApplicationBuilder builder, string store) =>
        builder.ExecutionContext.IsPublishMode ? $"monit-{store}" : null;

    private static bool IsConfigured(this IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 };
}
