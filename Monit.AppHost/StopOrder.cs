using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Monit.AppHost;

/// <summary>
/// Ends the services before the orchestrator ends everything at once: a worker that drains gives its checks back to
/// Redis, which must still be there.
/// </summary>
internal sealed partial class StopOrder(
    ResourceCommandService commands, IReadOnlyList<IResource> services, ILogger<StopOrder> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Hosted services stop in the reverse order of their registration, so this one before the orchestrator.
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(services.Select(async service =>
    {
        var stopped = await commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);
        if (!stopped.Success)
            LogNotStopped(service.Name, stopped.Message);
    }));

    [LoggerMessage(1, LogLevel.Warning, "{Service} was not stopped before its stores: {Reason}")]
    private partial void LogNotStopped(string service, string? reason);
}

internal static class StopOrderExtensions
{
    /// <summary>A worker drains for at most 25 s; see <c>Shutdown:Timeout</c>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Stops these services before the stores.</summary>
    public static void StopBeforeStores(this IDistributedApplicationBuilder builder, params IResourceBuilder<ProjectResource>[] services)
    {
        if (!builder.ExecutionContext.IsRunMode)
            return;
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Patience);
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<StopOrder>(
            provider, (IReadOnlyList<IResource>)[.. services.Select(service => service.Resource)]));
    }
}
