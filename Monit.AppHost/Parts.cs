using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>The parts that <c>AppHost.cs</c> puts together.</summary>
internal static class Parts
{
    /// <summary>A secret that is generated on first use and kept.</summary>
    public static IResourceBuilder<ParameterResource> AddKey(this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

    /// <summary>Monit.Api once more, with the command that brings the schema up to date and ends.</summary>
    public static IResourceBuilder<ProjectResource> AddMigrations(this IDistributedApplicationBuilder builder,
        [ResourceName] string name, IResourceBuilder<IResourceWithConnectionString> database, PublishTarget? target)
    {
        // Without its launch profile: that would give it the API's port.
        var migrations = builder.AddProject<Projects.Monit_Api>(name, launchProfileName: null)
            .WithArgs("migrate").WithStore(database).WithOwnSampling().WithPlainTransport().WithIconName("DatabaseArrowUp");
        target?.DeployJob(migrations);
        return migrations;
    }

    /// <summary>Passes a store's connection string on, and nothing else of it; waits until it answers.</summary>
    public static IResourceBuilder<ProjectResource> WithStore(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<IResourceWithConnectionString> store) =>
        service.WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString | ReferenceEnvironmentInjectionFlags.ServiceDiscovery)
            .WithReference(store).WaitFor(store);

    /// <summary>Health, sampling, and the links on the dashboard's first page: all lead to a page that exists.</summary>
    public static IResourceBuilder<ProjectResource> WithServiceDefaults(
        this IResourceBuilder<ProjectResource> service, params (string Name, string Path)[] pages)
    {
        (string Name, string Path)[] all = [.. pages, ("Health", "/health")];
        service.WithHttpHealthCheck("/health").WithOwnSampling().WithPlainTransport()
            .WithUrlForEndpoint("http", url => (url.DisplayText, url.Url) = all[0]);
        foreach (var (text, path) in all[1..])
            service.WithUrlForEndpoint("http", _ => new ResourceUrlAnnotation { Url = path, DisplayText = text });
        return service;
    }

    /// <summary>How the service is deployed, when it is.</summary>
    public static IResourceBuilder<ProjectResource> WithDeployment(
        this IResourceBuilder<ProjectResource> service, PublishTarget? target, int maxReplicas)
    {
        target?.Deploy(service, maxReplicas);
        return service;
    }

    /// <summary>Leaves sampling to the service: Aspire's <c>always_on</c> would show each look for work as a trace of its own.</summary>
    public static IResourceBuilder<ProjectResource> WithOwnSampling(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment(context => context.EnvironmentVariables.Remove("OTEL_TRACES_SAMPLER"));

    /// <summary>No development certificate: the services speak HTTP among themselves, and a proxy ends TLS.</summary>
    public static IResourceBuilder<T> WithPlainTransport<T>(this IResourceBuilder<T> resource)
        where T : IResourceWithEnvironment, IResourceWithArgs =>
#pragma warning disable ASPIRECERTIFICATES001 // Marked as experimental.
        resource.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
}
