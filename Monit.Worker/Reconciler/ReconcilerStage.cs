using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using Monit.Worker.Jobs;
using StackExchange.Redis;

namespace Monit.Worker.Reconciler;

/// <summary>
/// Keeps Redis consistent with SQL: a full sweep at start, on a timer, after a reconnect and when a shard is not marked as
/// built; changes that did not reach Redis every <see cref="ReconcilerOptions.GapInterval"/>; open incidents every
/// <see cref="ReconcilerOptions.IncidentInterval"/>; counted states at start and as often as a full sweep.
/// </summary>
internal sealed partial class ReconcilerStage(
    Sweep sweep,
    IncidentComparison incidents,
    StateComparison states,
    SweepRequests requests,
    ClaimWake wake,
    MonitorSync sync,
    RedisSchedule schedule,
    IDbContextFactory<MonitDb> dbs,
    IConnectionMultiplexer redis,
    StoreResilience resilience,
    IOptions<ReconcilerOptions> options,
    TimeProvider time,
    ILogger<ReconcilerStage> logger)
{
    private const int GapPage = 1000;
    private static readonly TimeSpan WriteThrough = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        redis.ConnectionRestored += OnRestored;
        redis.ConfigurationChanged += OnChanged;
        try
        {
            RequestAll();
            await Task.WhenAll(
                SweepAsync(stop),
                EveryAsync(options.Value.GapInterval, "gaps", CloseGapsAsync, stop),
                EveryAsync(options.Value.IncidentInterval, "incidents", incidents.RunAsync, stop),
                EveryAsync(options.Value.Interval, "comparison", states.RunAsync, stop, atOnce: true));
        }
        finally
        {
            redis.ConnectionRestored -= OnRestored;
            redis.ConfigurationChanged -= OnChanged;
        }

        void OnRestored(object? sender, ConnectionFailedEventArgs args) => RequestAll();

        // After a failover the new primary may lack the last writes.
        void OnChanged(object? sender, EndPointEventArgs args) => RequestAll();
    }

    private void RequestAll()
    {
        for (var shard = 0; shard < schedule.Keys.Shards; shard++)
            requests.Request(shard);
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            IReadOnlyList<int> asked = [];
            try
            {
                asked = await requests.TakeAsync(options.Value.Interval, stop);
                var shards = asked.Count > 0 ? asked : [.. Enumerable.Range(0, schedule.Keys.Shards)];
                if ((await sweep.RunAsync(shards, stop)).Count > 0)
                    wake.Set();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogFailed("sweep", failure.Message);
                foreach (var shard in asked)
                    requests.Request(shard);
                await Task.WhenAny(Task.Delay(AfterFailure, time, stop));
            }
        }
    }

    /// <summary>Runs the work once per interval, on only one of the workers.</summary>
    private async Task EveryAsync(TimeSpan interval, string work, Func<CancellationToken, Task> run, CancellationToken stop, bool atOnce = false)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            for (var now = atOnce; now || await timer.WaitForNextTickAsync(stop); now = false)
            {
                try
                {
                    // Not released: the lease keeps the other workers from repeating the work within the interval.
                    if (await ShardLease.TryTakeAsync(redis.GetDatabase(), schedule.Keys, 0, work, interval * 0.9) is not null)
                        await run(stop);
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
                {
                    LogFailed(work, failure.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The stage stops.
        }
    }

    private async Task CloseGapsAsync(CancellationToken stop)
    {
        for (var last = Guid.Empty; await GapAsync(all => all.Where(m => m.Id > last), stop) is { Count: > 0 } page; last = page[^1])
        {
            // Whoever changed a monitor is about to write it: what is left after a moment did not get through.
            await Task.Delay(WriteThrough, time, stop);
            var gap = await GapAsync(all => all.Where(m => page.Contains(m.Id)), stop);
            if (gap.Count == 0)
                continue;
            if (gap.Count - await sync.SyncAsync(gap, TimeSpan.Zero, ct: stop) is > 0 and var sent)
                LogGap(sent);
        }
    }

    /// <summary>Monitors whose last change Redis is not known to have, at most a page, by id.</summary>
    private Task<List<Guid>> GapAsync(Func<IQueryable<UptimeMonitor>, IQueryable<UptimeMonitor>> among, CancellationToken stop) =>
        resilience.RunAsync(async ct =>
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            return await among(db.Monitors).Where(m => m.SyncedVersion < m.Version)
                .OrderBy(m => m.Id).Select(m => m.Id).Take(GapPage).ToListAsync(ct);
        }, stop);

    [LoggerMessage(1, LogLevel.Warning, "The Reconciler's {Work} failed; trying again ({Reason})")]
    private partial void LogFailed(string work, string reason);

    [LoggerMessage(2, LogLevel.Information, "Sent {Count} changed monitors to Redis that had not reached it before")]
    private partial void LogGap(int count);
}
