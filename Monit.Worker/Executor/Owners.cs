using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Worker.Executor;

/// <summary>
/// Which account a monitor belongs to, for <see cref="FairShare"/>. Read from SQL in the background, only for the few monitors that
/// are asked for, and kept: Redis need not hold it, and no check waits for SQL.
/// </summary>
internal sealed partial class Owners(IDbContextFactory<MonitDb> dbs, StoreResilience resilience, ILogger<Owners> logger)
{
    private const int MaxBatch = 500;
    private const int MaxKept = 100_000;

    private readonly ConcurrentDictionary<Guid, Guid> _owners = new();
    private readonly Channel<Guid> _unknown = Channel.CreateBounded<Guid>(new BoundedChannelOptions(MaxKept) { SingleReader = true });

    /// <summary><see cref="Guid.Empty"/> until it is known.</summary>
    public Guid Of(Guid monitor)
    {
        if (_owners.TryGetValue(monitor, out var owner))
            return owner;
        // Deleted monitors stay until then.
        if (_owners.Count >= MaxKept)
            _owners.Clear();
        if (_owners.TryAdd(monitor, Guid.Empty))
            _unknown.Writer.TryWrite(monitor);
        return Guid.Empty;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var batch = new List<Guid>(MaxBatch);
        try
        {
            while (await _unknown.Reader.WaitToReadAsync(stop))
            {
                batch.Clear();
                while (batch.Count < MaxBatch && _unknown.Reader.TryRead(out var monitor))
                    batch.Add(monitor);
                await ReadAsync(batch, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The stage stops.
        }
    }

    private async Task ReadAsync(List<Guid> monitors, CancellationToken ct)
    {
        try
        {
            var found = await resilience.RunAsync(async token =>
            {
                await using var db = await dbs.CreateDbContextAsync(token);
                return await db.Monitors.Where(m => monitors.Contains(m.Id)).Select(m => new { m.Id, m.UserId }).ToListAsync(token);
            }, ct);
            found.ForEach(monitor => _owners[monitor.Id] = monitor.UserId);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            // They are asked for again.
            monitors.ForEach(monitor => _owners.TryRemove(monitor, out _));
            LogUnread(monitors.Count, failure.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The accounts of {Count} monitors could not be read: {Reason}")]
    private partial void LogUnread(int count, string reason);
}
