using Monit.Core.Scheduling;

namespace Monit.Api.Monitors;

/// <summary>
/// Brings Redis up to date after a commit. Nobody's connection stops it, and its failure fails no request: SQL's
/// <c>synced_version</c> lags behind then, and the Reconciler closes the gap.
/// </summary>
public sealed partial class WriteThrough(MonitorSync sync, TimeProvider time, ILogger<WriteThrough> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Waits for a moment, so that the next request finds it done; then lets it go on by itself.</summary>
    public Task SyncAsync(Guid id) => Task.WhenAny(TrySyncAsync(id), Task.Delay(Patience, time, CancellationToken.None));

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

    [LoggerMessage(1, LogLevel.Warning, "Monitor {MonitorId} is saved, but Redis does not have it yet")]
    private static partial void LogUnsynced(ILogger logger, Exception failure, Guid monitorId);
}
