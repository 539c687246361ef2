using Aspire.Hosting.Azure;
using Azure.Provisioning.AppContainers;
using Azure.Provisioning.RedisEnterprise;
using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>Where a publish goes. Setting <c>Publish:Target</c>.</summary>
internal enum PublishTarget
{
    /// <summary>Nowhere: the application runs.</summary>
    None,
    /// <summary>Azure Container Apps.</summary>
    Azure,
    /// <summary>A compose file.</summary>
    Compose,
}

/// <summary>What only a publish needs. A run touches none of Azure's or Compose's code.</summary>
internal static class Publishing
{
    /// <summary>Adds the environment that a publish aims at: Azure, unless <c>Publish:Target</c> says <c>compose</c>.</summary>
    public static PublishTarget AddPublishTarget(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsPublishMode)
            return PublishTarget.None;
        switch (builder.Configuration["Publish:Target"]?.ToLowerInvariant())
        {
            case null or "" or "azure":
                builder.AddAzureContainerAppEnvironment("cae");
                return PublishTarget.Azure;
            case "compose":
                builder.AddDockerComposeEnvironment("compose").WithDashboard(dashboard => dashboard.WithHostPort()).ConfigureComposeFile(file =>
                {
                    foreach (var service in file.Services.Values)
                    {
                        service.Restart = "unless-stopped";
                        service.StopGracePeriod = "30s";
                    }
                });
                return PublishTarget.Compose;
            case var other:
                throw new InvalidOperationException($"Publish:Target must be azure or compose, not {other}.");
        }
    }

    /// <summary>Azure Managed Redis that never evicts. Access keys, kept in a key vault, suit any Redis client.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddAzureCache(
        this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddAzureManagedRedis(name)
            .WithAccessKeyAuthentication()
            .ConfigureInfrastructure(infra => infra.GetProvisionableResources().OfType<RedisEnterpriseDatabase>().Single()
                .EvictionPolicy = RedisEnterpriseEvictionPolicy.NoEviction);

    /// <summary>Azure Database for PostgreSQL. Its password, kept in a key vault, suits plain Npgsql.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddAzureDatabase(
        this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddAzurePostgresFlexibleServer("postgres").WithPasswordAuthentication().AddDatabase(name);

    /// <summary>How a service is deployed: always at least one instance; on Azure probed, and more of them under load.</summary>
    public static IResourceBuilder<ProjectResource> WithDeployment(
        this IResourceBuilder<ProjectResource> service, PublishTarget target, int maxReplicas)
    {
        switch (target)
        {
            case PublishTarget.Azure:
#pragma warning disable ASPIREPROBES001 // Marked as experimental; only a publish uses it.
                service
                    .WithHttpProbe(ProbeType.Liveness, "/alive", initialDelaySeconds: 10, timeoutSeconds: 5, failureThreshold: 6, endpointName: "http")
                    .WithHttpProbe(ProbeType.Readiness, "/health", timeoutSeconds: 5, endpointName: "http");
#pragma warning restore ASPIREPROBES001
                service.PublishAsAzureContainerApp((_, app) =>
                {
                    app.Template.Scale.MinReplicas = 1;
                    app.Template.Scale.MaxReplicas = maxReplicas;
                    app.Template.Scale.Rules.Add(new ContainerAppScaleRule
                    {
                        Name = "cpu",
                        Custom = new ContainerAppCustomScaleRule
                        {
                            CustomScaleRuleType = "cpu",
                            Metadata = { ["type"] = "Utilization", ["value"] = "70" },
                        },
                    });
                });
                break;
            case PublishTarget.Compose:
                service.PublishAsDockerComposeService((_, compose) =>
                {
                    // A port that stays: Docker would choose another at every start.
                    if (compose.Ports.Count > 0)
                        compose.Ports = [$"${{MONIT_PORT:-8080}}:{compose.Ports[0]}"];
                    if (service.Resource.GetReplicaCount() is > 1 and var replicas)
                        compose.Deploy = new() { Replicas = replicas };
                });
                break;
        }
        return service;
    }
}
