using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Checks.Settings;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>
/// Files results in SQL: into each monitor's open window, into chunks what has become complete, and the time of which nothing is known into
/// spans, all in one transaction. Idempotent: results are a set.
/// </summary>
public sealed class ResultStore(
    IDbContextFactory<MonitDb> dbs, StoreResilience resilience, IOptions<DecisionRules> rules, IOptions<HistoryRetentionOptions> kept, TimeProvider time)
{
    private DateOnly _partitionsFor;
    private DateTimeOffset? _since;

    /// <param name="page">Results of different monitors of one shard. Those of monitors that SQL does not have are left out.</param>
    /// <returns>
    /// The number of results that SQL did not have, and the monitors whose results could not be filed, mostly since SQL has results of them in
    /// a form of a later version. They keep nobody else from it.
    /// </returns>
    /// <exception cref="System.Data.Common.DbException">SQL is unavailable; nothing is written, or nobody knows: file them again.</exception>
    public async Task<(int Added, IReadOnlySet<Guid> Left)> FileAsync(int shard, IReadOnlyList<Unsaved> page, CancellationToken ct = default)
    {
        try
        {
            return await resilience.RunAsync(token => WriteAsync(shard, page, token), ct);
        }
        catch (Exception refused) when (refused is not OperationCanceledException && !StoreResilience.IsStoreFailure(refused))
        {
            if (page.Count == 1)
                return (0, new HashSet<Guid> { page[0].Id });
        }
        var (first, second) = (await FileAsync(shard, [.. page.Take(page.Count / 2)], ct), await FileAsync(shard, [.. page.Skip(page.Count / 2)], ct));
        return (first.Added + second.Added, first.Left.Union(second.Left).ToHashSet());
    }

    private async Task<(int Added, IReadOnlySet<Guid> Left)> WriteAsync(int shard, IReadOnlyList<Unsaved> page, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        _since ??= await HistorySince.ReadAsync(db, ct);
        var now = time.GetUtcNow();
        var results = Decode(page, now);
        if (results.Count == 0)
            return (0, new HashSet<Guid>());
        await EnsurePartitionsAsync(db, now, ct);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockShardAsync(shard, ct);
        var (filed, left) = await FileAsync(db, results, ct);
        await db.WriteAsync([.. filed.Where(f => f.IsChanged).Select(f => f.Row)], ct);
        await AddChunksAsync(db, [.. filed.SelectMany(f => f.Filing.Over.Where(window => window.StartTime >= now - kept.Value.Chunks).Select(window => ChunkOf(f.Id, window)))], now, ct);
        var late = await AddLateAsync(db, filed, ct);
        await AddUnknownAsync(db, filed, _since.Value, ct);
        await ReopenDaysAsync(db, filed, now, ct);
        await transaction.CommitAsync(ct);
        return (filed.Sum(f => f.Filing.New.Count) + late, left);
    }

    // What only a clock that was wrong has written is left out.
    private static Dictionary<Guid, IReadOnlyList<ResultPoint>> Decode(IReadOnlyList<Unsaved> page, DateTimeOffset now)
    {
        var tenths = Tenths.Of(now);
        var (first, last) = (tenths - HistorySince.Longest, tenths + HistorySince.Ahead);
        var results = new Dictionary<Guid, IReadOnlyList<ResultPoint>>(page.Count);
        foreach (var (id, bytes) in page)
        {
            var points = RecentResults.Decode(bytes.Span, tenths);
            if (Array.Exists(points, point => point.At < first || point.At > last))
                points = [.. points.Where(point => point.At >= first && point.At <= last)];
            if (points.Length > 0)
                results[id] = results.TryGetValue(id, out var more) ? [.. more, .. points] : points;
        }
        return results;
    }

    private async Task EnsurePartitionsAsync(MonitDb db, DateTimeOffset now, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (_partitionsFor == today)
            return;
        for (var day = Tenths.DayOf(Oldest(now)); day <= today.AddDays(1); day = day.AddDays(1))
            await db.EnsureChunkPartitionAsync(day, ct);
        _partitionsFor = today;
    }

    /// <summary>The earliest start of a window with results that are taken.</summary>
    private static long Oldest(DateTimeOffset now) => Tenths.Of(now) - HistorySince.Longest - Windows.Longest;

    private static async Task<(List<Filed> Filed, HashSet<Guid> Left)> FileAsync(MonitDb db, Dictionary<Guid, IReadOnlyList<ResultPoint>> results, CancellationToken ct)
    {
        var ids = results.Keys.ToArray();
        var rows = await (
            from m in db.Monitors.AsNoTracking()
            where ids.Contains(m.Id)
            join w in db.ResultWindows.AsNoTracking() on m.Id equals w.MonitorId into windows
            from w in windows.DefaultIfEmpty()
            select new { m.Id, m.IntervalSec, m.RetryDelaySec, m.CreatedAt, Window = w }).ToListAsync(ct);
        var (filed, left) = (new List<Filed>(rows.Count), new HashSet<Guid>());
        foreach (var row in rows)
            try
            {
                var open = row.Window is null ? null : Window.Decode(row.Window.Start, row.Window.Data);
                var interval = TimeSpan.FromSeconds(row.IntervalSec);
                filed.Add(new Filed(row.Id, row.CreatedAt, interval, row.RetryDelaySec, open, Filing.Of(row.Id, open, results[row.Id], interval)));
            }
            catch (InvalidDataException)
            {
                left.Add(row.Id);
            }
        return (filed, left);
    }

    private static ResultChunk ChunkOf(Guid monitor, Window window) => new() { MonitorId = monitor, Start = window.StartTime, Data = window.Encode() };

    // One that is there already, which only late results cause, is merged.
    private async Task AddChunksAsync(MonitDb db, IReadOnlyList<ResultChunk> chunks, DateTimeOffset now, CancellationToken ct)
    {
        // Of monitors that rested. In a transaction of its own, while this one has not touched the table.
        foreach (var day in chunks.Select(chunk => Tenths.DayOf(Tenths.Of(chunk.Start))).Where(day => day < Tenths.DayOf(Oldest(now))).Distinct())
        {
            await using var other = await dbs.CreateDbContextAsync(ct);
            await other.EnsureChunkPartitionAsync(day, ct);
        }
        if (chunks.Count == 0 || await db.InsertAsync(chunks, ct) == chunks.Count)
            return;
        foreach (var chunk in chunks)
            await MergeAsync(db, chunk.MonitorId, chunk.Start, Window.Decode(chunk.Start, chunk.Data), ct);
    }

    private static async Task<int> AddLateAsync(MonitDb db, List<Filed> filed, CancellationToken ct)
    {
        var added = 0;
        foreach (var (id, _, interval, _, _, filing) in filed.Where(f => f.Filing.Late.Count > 0))
            foreach (var window in filing.Late.GroupBy(point => Windows.StartOf(id, point.At, Windows.Length(interval))))
            {
                var late = new Window(window.Key, (long)interval.TotalSeconds * 10, [.. window]);
                added += await db.InsertAsync([ChunkOf(id, late)], ct) == 1 ? late.Points.Count : await MergeAsync(db, id, late.StartTime, late, ct);
            }
        return added;
    }

    // Returns the number of results that were not there.
    private static async Task<int> MergeAsync(MonitDb db, Guid monitor, DateTimeOffset start, Window window, CancellationToken ct)
    {
        var data = await db.ResultChunks.AsNoTracking().Where(c => c.Start == start && c.MonitorId == monitor).Select(c => c.Data).SingleAsync(ct);
        var there = Window.Decode(start, data);
        var merged = window with { Points = [.. there.Points.Union(window.Points).OrderBy(point => point.At).ThenBy(point => point.Code)] };
        if (merged.Points.Count > there.Points.Count)
            await db.ResultChunks.Where(c => c.Start == start && c.MonitorId == monitor)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.Data, merged.Encode()), ct);
        return merged.Points.Count - there.Points.Count;
    }

    private async Task AddUnknownAsync(MonitDb db, List<Filed> filed, DateTimeOffset since, CancellationToken ct)
    {
        var suspects = filed.Where(f => UnknownOf(f, since, []).Count > 0).ToList();
        if (suspects.Count == 0)
            return;
        var ids = suspects.ConvertAll(f => f.Id);
        var first = suspects.Min(f => f.Before is { Last.At: var at } ? Tenths.ToTime(at) : f.CreatedAt);
        var spans = (await db.MonitorSpans.Where(s => ids.Contains(s.MonitorId) && s.Kind != SpanKind.Maintenance && (s.ToTime == null || s.ToTime >= first)).ToListAsync(ct)).ToLookup(s => s.MonitorId);
        foreach (var suspect in suspects)
        {
            var own = spans[suspect.Id].ToList();
            var paused = own.Where(s => s.Kind == SpanKind.Paused).Select(s => new Span(s.FromTime, s.ToTime ?? DateTimeOffset.MaxValue)).ToList();
            foreach (var gap in UnknownOf(suspect, since, paused))
                // One that goes on is one span.
                if (own.Find(s => s.Kind == SpanKind.Unknown && s.FromTime <= gap.From && s.ToTime >= gap.From) is { } before)
                    before.ToTime = gap.To > before.ToTime ? gap.To : before.ToTime;
                else
                    db.MonitorSpans.Add(new MonitorSpan { MonitorId = suspect.Id, Kind = SpanKind.Unknown, FromTime = gap.From, ToTime = gap.To });
        }
        await db.SaveChangesAsync(ct);
    }

    private IReadOnlyList<Span> UnknownOf(Filed filed, DateTimeOffset since, IReadOnlyList<Span> paused) => Gaps.Among(
        filed.Id, filed.Before?.Last, filed.CreatedAt > since ? filed.CreatedAt : since, filed.Filing.New, filed.LongestInterval,
        rules.Value.With(new MonitorRules(null, filed.RetryDelaySec, null, null)).LongestWait, paused);

    // What comes after a day was rolled up has it done again.
    private static async Task ReopenDaysAsync(MonitDb db, List<Filed> filed, DateTimeOffset now, CancellationToken ct)
    {
        var today = Tenths.Of(Tenths.DayOf(Tenths.Of(now)));
        var old = new HashSet<(DateOnly, int)>();
        foreach (var one in filed)
            foreach (var point in one.Filing.New.Concat(one.Filing.Late))
                if (point.At < today)
                    old.Add((Tenths.DayOf(point.At), Windows.SliceOf(one.Id)));
        if (old.Count > 0)
            await RollUps.ForgetAsync(db, old, ct);
    }

    private sealed record Filed(Guid Id, DateTimeOffset CreatedAt, TimeSpan Interval, int? RetryDelaySec, Window? Before, Filing Filing)
    {
        /// <summary>Since the last result.</summary>
        public TimeSpan LongestInterval => Before is { Interval: var before } && before > Interval.TotalSeconds * 10 ? TimeSpan.FromSeconds(before / 10) : Interval;

        public bool IsChanged => !ReferenceEquals(Filing.Open, Before);

        public ResultWindow Row => new() { MonitorId = Id, Start = Filing.Open.StartTime, Data = Filing.Open.Encode() };
    }
}
