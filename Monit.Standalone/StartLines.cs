using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Monit.Core.Options;
using Monit.ServiceDefaults.Http;

namespace Monit.Standalone;

/// <summary>The first lines that somebody who starts Monit reads: where it is, and what is unusual about that.</summary>
internal sealed partial class StartLines(
    IServer server, DataFolder folder, IOptions<NetworkOptions> network, ILogger<StartLines> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var finding in folder.Mended)
            LogRights(logger, finding);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"Monit listens on {string.Join(", ", ListenAddresses.Of(server))} and keeps its data in {folder.Path}");
        if (!ListenAddresses.AreLocal(server) && network.Value.AllowPrivateTargets == true)
            Console.WriteLine("Other machines can reach it, and private targets are allowed: who has an account can have this machine and its "
                + "network requested. To forbid that, set Network__AllowPrivateTargets=false");
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "{Finding}")]
    private static partial void LogRights(ILogger logger, string finding);
}
