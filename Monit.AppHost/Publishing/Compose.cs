namespace Monit.AppHost;

internal partial class PublishTarget
{
    static partial void AddCompose(Dictionary<string, Func<IDistributedApplicationBuilder, PublishTarget>> targets) =>
        targets["compose"] = builder =>
        {
            builder.AddDockerComposeEnvironment("compose").WithDashboard(dashboard => dashboard.WithHostPort()).ConfigureComposeFile(file =>
            {
                foreach (var service in file.Services.Values)
                {
                    // A job sets its own policy, below.
                    service.Restart ??= "unless-stopped";
                    service.StopGracePeriod = "30s";
                }
            });
            return new DockerCompose();
        };
}

/// <summary>A compose file whose stores are containers that keep their data in volumes.</summary>
internal sealed class DockerCompose : PublishTarget
{
    public override IResourceBuilder<IResourceWithConnectionString> AddRedis(
        IDistributedApplicationBuilder builder, [ResourceName] string name) => builder.AddRedisContainer(name);

    public override IResourceBuilder<IResourceWithConnectionString> AddDatabase(
        IDistributedApplicationBuilder builder, [ResourceName] string name) => builder.AddPostgresContainer(name);

    public override void Deploy(IResourceBuilder<ProjectResource> service, int maxReplicas) =>
        service.PublishAsDockerComposeService((_, compose) =>
        {
            // A fixed port: Docker would choose another at every start. For this machine only: a proxy there ends TLS.
            if (compose.Ports.Count > 0)
            {
                compose.Ports = [$"${{MONIT_BIND:-127.0.0.1}}:${{MONIT_PORT:-8080}}:{compose.Ports[0]}"];
                compose.Environment["Network__TrustedProxies"] = "${MONIT_TRUSTED_PROXIES:-}";
            }
            if (service.Resource.GetReplicaCount() is > 1 and var replicas)
                compose.Deploy = new() { Replicas = replicas };
        });

    public override void DeployJob(IResourceBuilder<ProjectResource> job) =>
        job.PublishAsDockerComposeService((_, compose) => compose.Restart = "on-failure");
}
