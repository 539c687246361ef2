using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using StackExchange.Redis;

namespace Monit.Worker.Reconciler;

/// <summary>
/// One full comparison of SQL with some shards of Redis, a page at a time, while checks continue: adds or updates what
/// Redis lacks, and removes what SQL does not have. It pauses ten times as long as it works, in favour of the checks,
/// unless a shard is rebuilt.
/// </summary>
internal sealed partial class Sweep(
    IDbContextFactory<MonitDb> dbs,
    IConnectionMultiplexer redis,
    RedisSchedule schedule,
    MonitorSync sync,
    StoreResilience resilience,
    IOptions<ReconcilerOptions> options,
    IOptions<DecisionRules> rules,
    TimeProvider time,
    ILogger<Sweep> logger)
{
    private const int PageSize = 1000;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private long _renewed;

    /// <summary>Sweeps those of the shards that no other worker is sweeping. Returns those that were rebuilt.</summary>
    public async Task<IReadOnlyList<int>> RunAsync(IReadOnlyList<int> shards, CancellationToken stop)
    {
        var db = redis.GetDatabase();
        var held = new Dictionary<int, ShardLease>();
        foreach (var shard in shards)
            if (await ShardLease.TryTakeAsync(db, schedule.Keys, shard, "sweep", Lease) is { } lease)
                held.Add(shard, lease);
            else
                await UnmarkAsync(db, shard);
        if (held.Count == 0)
            return [];

        try
        {
            var unbuilt = new HashSet<int>();
            foreach (var shard in held.Keys)
                if (!await db.HashExistsAsync(schedule.Keys.For(shard, "meta"), "built"))
                    unbuilt.Add(shard);

            var started = _renewed = time.GetTimestamp();
            var (written, known) = await AddAsync(held, unbuilt, stop);
            var removed = 0;
            foreach (var shard in held.Keys)
                // Redis now has everything that SQL has, so a larger count means orphans. A monitor that was deleted
                // meanwhile can hide one orphan until the next sweep.
                if (await db.HashLengthAsync(schedule.Keys.For(shard, "config")) > known[shard])
                    removed += await DropAsync(db, shard, held, stop);
            foreach (var (shard, lease) in held)
                await FinishAsync(shard, lease);
            if (written + removed + unbuilt.Count > 0)
                LogSwept(held.Count, written, removed, (long)time.GetElapsedTime(started).TotalMilliseconds);
            return [.. unbuilt];
        }
        finally
        {
            foreach (var lease in held.Values)
                await lease.ReleaseAsync();
        }
    }

    // Another worker is sweeping the shard and sets the mark at its end. If it dies, the missing mark requests another sweep.
    private async Task UnmarkAsync(IDatabase db, int shard)
    {
        var transaction = db.CreateTransaction();
        transaction.AddCondition(Condition.KeyExists(schedule.Keys.For(shard, "sweep")));
        _ = transaction.HashDeleteAsync(schedule.Keys.For(shard, "meta"), "built");
        await transaction.ExecuteAsync();
    }

    // Returns the number of monitors written, and the number of enabled monitors in SQL by shard.
    private async Task<(int Written, Dictionary<int, int> Known)> AddAsync(Dictionary<int, ShardLease> held, HashSet<int> unbuilt, CancellationToken stop)
    {
        var (written, known) = (0, held.ToDictionary(shard => shard.Key, _ => 0));
        for (var last = Guid.Empty; ;)
        {
            var began = time.GetTimestamp();
            var page = await ReadPageAsync(last, stop);
            if (page.Count == 0)
                return (written, known);
            last = page[^1].Id;
            foreach (var shard in page.GroupBy(monitor => schedule.Keys.ShardOf(monitor.Id)).Where(g => held.ContainsKey(g.Key)))
            {
                known[shard.Key] += shard.Count();
                var expected = shard.Select(m => new Expected(m.Id, m.Version, Farthest(m), m.IsPlain ? 1 : 3)).ToList();
                var comparison = await schedule.CompareAsync(shard.Key, expected, stop);
                var missing = comparison.Missing.Select(position => expected[position].Id);
                foreach (var chunk in Chunks(missing, unbuilt.Contains(shard.Key)))
                    written += chunk.Length - await sync.SyncAsync(chunk, Soon(written, unbuilt.Contains(shard.Key)), ct: stop);
                await sync.SyncAsync([.. comparison.TooFar.Select(position => expected[position].Id)], null, force: true, stop);
                written += comparison.TooFar.Count;
            }
            await RenewAsync(held);
            if (unbuilt.Count == 0 && page.Count == PageSize)
                // At most 1 s, well within the lease, however slow SQL is.
                await Task.Delay(TimeSpan.FromTicks(Math.Min(10 * time.GetElapsedTime(began).Ticks, TimeSpan.TicksPerSecond)), time, stop);
        }
    }

    // Called between pages, for all shards at once: a shard's lease must last while the others are swept.
    private async Task RenewAsync(Dictionary<int, ShardLease> held)
    {
        if (time.GetElapsedTime(_renewed) < Lease / 5)
            return;
        _renewed = time.GetTimestamp();
        foreach (var lease in held.Values)
            if (!await lease.RenewAsync())
                throw new InvalidOperationException("Redis was emptied, or another worker took over, while a sweep was running.");
    }

    private async Task<List<Known>> ReadPageAsync(Guid after, CancellationToken stop) =>
        await resilience.RunAsync(async ct =>
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            return await db.Monitors.AsNoTracking().Where(m => m.Enabled && m.Id > after).OrderBy(m => m.Id).Take(PageSize)
                // As CheckConfig.LowestFormat says; without reading the settings of a million monitors.
                .Select(m => new Known(m.Id, m.Version, m.IntervalSec, m.RetryDelaySec, !m.AnyStatus && m.Settings == CheckSettings.None
                    && m.Retries == null && m.RetryDelaySec == null && m.FailureThreshold == null && m.SuccessThreshold == null)).ToListAsync(ct);
        }, stop);

    // Reads Redis first, then SQL, and removes only the version read, so that monitors added meanwhile stay.
    private async Task<int> DropAsync(IDatabase db, int shard, Dictionary<int, ShardLease> held, CancellationToken stop)
    {
        var removed = 0;
        var page = new Dictionary<Guid, long>(PageSize);
        await foreach (var entry in db.HashScanAsync(schedule.Keys.For(shard, "config"), pageSize: PageSize).WithCancellation(stop))
        {
            if (!Guid.TryParse((string?)entry.Name, out var id))
                continue;
            var text = (string?)entry.Value ?? "";
            page[id] = long.TryParse(text.AsSpan(0, Math.Max(0, text.IndexOf(' ', StringComparison.Ordinal))), out var version) ? version : 0;
            if (page.Count < PageSize)
                continue;
            removed += await DropAsync(shard, page, stop);
            await RenewAsync(held);
            page.Clear();
        }
        removed += await DropAsync(shard, page, stop);
        await RenewAsync(held);
        return removed;
    }

    private async Task<int> DropAsync(int shard, Dictionary<Guid, long> page, CancellationToken stop)
    {
        if (page.Count == 0)
            return 0;
        var ids = page.Keys.ToArray();
        var wanted = await resilience.RunAsync(async ct =>
        {
            await using var sql = await dbs.CreateDbContextAsync(ct);
            return await sql.Monitors.Where(m => m.Enabled && ids.Contains(m.Id)).Select(m => m.Id).ToHashSetAsync(ct);
        }, stop);
        var gone = page.Where(seen => !wanted.Contains(seen.Key)).Select(seen => new Removal(seen.Key, seen.Value)).ToList();
        return gone.Count == 0 ? 0 : await schedule.RemoveAsync(shard, gone, stop);
    }

    // The mark is written last, and only if Redis was not emptied meanwhile.
    private async Task FinishAsync(int shard, ShardLease lease)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!await lease.WhileHeldAsync(held => _ = held.HashSetAsync(
            schedule.Keys.For(shard, "meta"), [new("built", now), new("shards", schedule.Keys.Shards)])))
            throw new InvalidOperationException("Redis was emptied, or another worker took over, while a sweep was running.");
    }

    // A parked monitor may be due later than its interval; one minute more allows for clock differences.
    private TimeSpan Farthest(Known monitor) => TimeSpan.FromMinutes(1) + new[]
    {
        TimeSpan.FromSeconds(monitor.IntervalSec), rules.Value.ParkedRecheck,
        monitor.RetryDelaySec is { } own ? TimeSpan.FromSeconds(own) : rules.Value.RetryDelay,
    }.Max();

    private IEnumerable<Guid[]> Chunks(IEnumerable<Guid> ids, bool anew) =>
        ids.Chunk(anew && options.Value.RebuildPace > 0 ? Math.Clamp(options.Value.RebuildPace / 10, 1, PageSize) : PageSize);

    private TimeSpan? Soon(int before, bool anew) =>
        anew && options.Value.RebuildPace > 0 ? TimeSpan.FromSeconds((double)before / options.Value.RebuildPace) : null;

    private sealed record Known(Guid Id, long Version, int IntervalSec, int? RetryDelaySec, bool IsPlain);

    [LoggerMessage(1, LogLevel.Information, "Compared SQL with {Shards} shard(s) of Redis: {Written} monitors added or updated, {Removed} removed, in {Milliseconds} ms")]
    private partial void LogSwept(int shards, int written, int removed, long milliseconds);
}
