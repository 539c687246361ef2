using Aspire.Hosting.Azure;
using Azure.Provisioning.AppContainers;
using Azure.Provisioning.RedisEnterprise;

namespace Monit.AppHost;

internal partial class PublishTarget
{
    static partial void AddAzure(Dictionary<string, Func<IDistributedApplicationBuilder, PublishTarget>> targets) =>
        targets["azure"] = builder =>
        {
            builder.AddAzureContainerAppEnvironment("cae");
            return new AzureContainerApps();
        };
}

/// <summary>Azure Container Apps with Azure's stores, as <c>azd up</c> deploys them.</summary>
internal sealed class AzureContainerApps : PublishTarget
{
    /// <summary>Azure Managed Redis that never evicts. Access keys, kept in a key vault, suit any Redis client.</summary>
    public override IResourceBuilder<IResourceWithConnectionString> AddRedis(
        IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddAzureManagedRedis(name)
            .WithAccessKeyAuthentication()
            .ConfigureInfrastructure(infra => infra.GetProvisionableResources().OfType<RedisEnterpriseDatabase>().Single()
                .EvictionPolicy = RedisEnterpriseEvictionPolicy.NoEviction);

    /// <summary>Azure Database for PostgreSQL. Its password, kept in a key vault, suits plain Npgsql.</summary>
    public override IResourceBuilder<IResourceWithConnectionString> AddDatabase(
        IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddAzurePostgresFlexibleServer("postgres").WithPasswordAuthentication().AddDatabase(name);

    /// <summary>Probed by health, and more of them under load.</summary>
    public override void Deploy(IResourceBuilder<ProjectResource> service, int maxReplicas)
    {
#pragma warning disable ASPIREPROBES001 // Marked as experimental; only a publish uses it.
        service
            // A service answers once the schema is there: the job that applies it has ten minutes.
            .WithHttpProbe(ProbeType.Startup, "/alive", periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 60, endpointName: "http")
            .WithHttpProbe(ProbeType.Liveness, "/alive", initialDelaySeconds: 10, timeoutSeconds: 5, failureThreshold: 6, endpointName: "http")
            .WithHttpProbe(ProbeType.Readiness, "/health", timeoutSeconds: 5, endpointName: "http");
#pragma warning restore ASPIREPROBES001
        // The environment's ingress, through which alone the API is reached, has its addresses there.
        service.WithEnvironment("Network__TrustedProxies", "100.64.0.0/10");
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
    }

    /// <summary>A Container Apps job that <c>azd</c> starts after each deployment: see the hook in azure.yaml.</summary>
    public override void DeployJob(IResourceBuilder<ProjectResource> job) =>
#pragma warning disable ASPIREAZURE002 // Marked as experimental; only a publish uses it.
        job.PublishAsAzureContainerAppJob();
#pragma warning restore ASPIREAZURE002
}
