using Monit.Storage.Sync;

namespace Monit.Api.Monitors;

/// <summary>
/// Updates Redis after a commit. A disconnect of the client does not cancel it, and its failure does not fail the request:
/// <c>synced_version</c> in SQL then shows that Redis is outdated, and the Reconciler updates it.
/// </summary>
public sealed partial class WriteThrough(MonitorSync sync, TimeProvider time, ILogger<WriteThrough> logger)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    /// <summary>Starts the update and waits up to 1 s for it, so that the next request usually sees it; then it continues in the background.</summary>
    public Task SyncAsync(Guid id) => Task.WhenAny(TrySyncAsync(id), Task.Delay(MaxWait, time, CancellationToken.None));

    private async Task TrySyncAsync(Guid id)
    {
        try
        {
            await sync.SyncAsync([id], soon: TimeSpan.Zero, ct: CancellationToken.None);
        }
        catch (Exception failure)
        {
            LogUnsynced(logger, failure, id);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Monitor {MonitorId} is saved, but not yet updated in Redis")]
    private static partial void LogUnsynced(ILogger logger, Exception failure, Guid monitorId);
}
