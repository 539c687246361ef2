using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Monit.AppHost;

/// <summary>
/// Ends the services before the orchestrator ends everything at once: a worker that drains gives its checks back to
/// Redis, which must still be there.
/// </summary>
internal sealed class StopOrder(ResourceCommandService commands, IReadOnlyList<string> services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Hosted services stop in the reverse order of their registration, so this one before the orchestrator.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var service in services)
            await commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);
    }
}

internal static class StopOrderExtensions
{
    /// <summary>A worker drains for at most 25 s; see <c>Shutdown:Timeout</c>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Stops these services, in this order, before the stores.</summary>
    public static void StopBeforeStores(this IDistributedApplicationBuilder builder, params IResourceBuilder<ProjectResource>[] services)
    {
        if (!builder.ExecutionContext.IsRunMode)
            return;
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Patience);
        builder.Services.AddHostedService(provider => new StopOrder(
            provider.GetRequiredService<ResourceCommandService>(), [.. services.Select(service => service.Resource.Name)]));
    }
}
