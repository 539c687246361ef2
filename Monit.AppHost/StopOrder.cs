using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Monit.AppHost;

/// <summary>
/// Ends the services one after the other before the orchestrator ends everything at once: a worker that drains hands over
/// its alerts and gives its checks back to Redis, which must still be there.
/// </summary>
internal sealed partial class StopOrder(
    ResourceCommandService commands, IReadOnlyList<IResource> services, ILogger<StopOrder> logger) : IHostedService
{
    private bool _stopped;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Hosted services stop in the reverse order of their registration, so this one before the orchestrator.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // Tests stop an application, and dispose it, which stops it once more.
        if (_stopped)
            return;
        _stopped = true;
        foreach (var service in services)
        {
            var stop = await commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);
            if (!stop.Success)
                LogNotStopped(service.Name, stop.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Service} was not stopped before its stores: {Reason}")]
    private partial void LogNotStopped(string service, string? reason);
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
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<StopOrder>(
            provider, (IReadOnlyList<IResource>)[.. services.Select(service => service.Resource)]));
    }
}
