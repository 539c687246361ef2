using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>
/// Where a publish goes, and what it brings with it. This one is the plain manifest: it holds no stores of its own, asks
/// for both connection strings, and needs no packages. The others are compiled on request, by the MSBuild property (or
/// environment variable) <c>PublishTargets</c>.
/// </summary>
internal partial class PublishTarget
{
    /// <summary>The Redis that is deployed together with the services.</summary>
    public virtual IResourceBuilder<IResourceWithConnectionString> AddRedis(
        IDistributedApplicationBuilder builder, [ResourceName] string name) => builder.AddConnectionString(name);

    /// <summary>The PostgreSQL database that is deployed together with the services.</summary>
    public virtual IResourceBuilder<IResourceWithConnectionString> AddDatabase(
        IDistributedApplicationBuilder builder, [ResourceName] string name) => builder.AddConnectionString(name);

    /// <summary>How a service is deployed: at least one instance at any time.</summary>
    /// <param name="service">The service.</param>
    /// <param name="maxReplicas">How many instances run under load, where the target scales by itself.</param>
    public virtual void Deploy(IResourceBuilder<ProjectResource> service, int maxReplicas) { }

    /// <summary>How a job is deployed that does its work and ends.</summary>
    public virtual void DeployJob(IResourceBuilder<ProjectResource> job) { }

    /// <summary>The target of this publish, or null when the application runs. Setting <c>Publish:Target</c> chooses among several.</summary>
    /// <exception cref="CannotStartException">The target was not compiled in, or nothing says which one is meant.</exception>
    public static PublishTarget? Choose(IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsPublishMode)
            return null;
        var targets = new Dictionary<string, Func<IDistributedApplicationBuilder, PublishTarget>>(StringComparer.OrdinalIgnoreCase);
        AddAzure(targets);
        AddCompose(targets);
        var wanted = builder.Configuration["Publish:Target"];
        if (wanted is { Length: > 0 })
            return targets.TryGetValue(wanted, out var add) ? add(builder) : throw new CannotStartException(
                $"Publish:Target is '{wanted}', which this AppHost was built without. Set PublishTargets=azure or PublishTargets=compose "
                + "in the environment, so that the AppHost is built with it.");
        return targets.Count switch
        {
            1 => targets.Values.Single()(builder),
            0 when builder.Configuration["Publishing:Publisher"] is "manifest" => new PublishTarget(),
            0 => throw new CannotStartException(
                "This AppHost was built without a publish target, so a publish would do nothing. Set PublishTargets=azure or "
                + "PublishTargets=compose in the environment, and publish again."),
            _ => throw new CannotStartException($"Publish:Target must say which target is meant: {string.Join(" or ", targets.Keys)}."),
        };
    }

    static partial void AddAzure(Dictionary<string, Func<IDistributedApplicationBuilder, PublishTarget>> targets);

    static partial void AddCompose(Dictionary<string, Func<IDistributedApplicationBuilder, PublishTarget>> targets);
}
