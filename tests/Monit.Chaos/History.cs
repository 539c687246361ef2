using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Storage.Sql;

namespace Monit.Chaos;

/// <summary>What is recorded of the monitors, in their order, times in tenths of a second.</summary>
/// <param name="Results">In order of time.</param>
internal sealed record History(IReadOnlyList<IReadOnlyList<ResultPoint>> Results, ILookup<Guid, Span> Unknown)
{
    private const int Page = 1000;

    /// <param name="since">Unix ms.</param>
    /// <param name="sqlOnly">Without what Redis still keeps.</param>
    public static async Task<History> ReadAsync(Installation monit, long since, bool sqlOnly)
    {
        // Redis first: results only go from there to windows, and from those to chunks.
        var recent = new List<IReadOnlyList<ResultPoint>>();
        foreach (var page in monit.Ids.Chunk(Page))
            recent.AddRange(sqlOnly ? new ResultPoint[page.Length][] : await monit.Schedule.RecentAsync(page));
        var (stored, unknown) = await Trial.TrySqlAsync(monit, async db =>
        {
            var windows = await db.ResultWindows.AsNoTracking().ToListAsync();
            var chunks = await db.ResultChunks.AsNoTracking().Where(c => c.Start >= Time(since - Core.History.Windows.Longest * 100)).ToListAsync();
            return (windows.Select(w => (w.MonitorId, w.Start, w.Data)).Concat(chunks.Select(c => (c.MonitorId, c.Start, c.Data)))
                .ToLookup(row => row.MonitorId, row => Window.Decode(row.Start, row.Data).Points), await db.MonitorSpans.AsNoTracking().Where(s => s.Kind == SpanKind.Unknown).ToListAsync());
        });
        return new History(
            [.. monit.Ids.Select((id, index) => (IReadOnlyList<ResultPoint>)[.. stored[id].SelectMany(points => points).Union(recent[index] ?? [])
                .Where(point => point.At >= since / 100).OrderBy(point => point.At)])],
            unknown.ToLookup(span => span.MonitorId, span => new Span(span.FromTime, span.ToTime ?? DateTimeOffset.MaxValue)));
    }

    /// <summary>The number of windows that are complete.</summary>
    public static Task<int> ChunksAsync(Installation monit) => Trial.TrySqlAsync(monit, (MonitDb db) => db.ResultChunks.CountAsync());

    private static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
