using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>Reads single results, as long as they are kept. Chunks are found by their keys, which follow from the monitor and the time.</summary>
public sealed class ResultReader(MonitDb db, IOptions<HistoryRetentionOptions> kept, TimeProvider time)
{
    /// <summary>
    /// How many places of the grid are searched at most for the newest results of a monitor whose interval may have changed; beyond them
    /// only the windows of its present interval, among which are all longer ones.
    /// </summary>
    private const int MaxPlaces = 72;

    /// <summary>The first UTC day of which all results are kept.</summary>
    public DateOnly FirstDay => DateOnly.FromDateTime((time.GetUtcNow() - kept.Value.Chunks).UtcDateTime);

    /// <summary>The results of each monitor within a time, in order.</summary>
    /// <param name="latest">Read before, so that none is missed.</param>
    /// <returns>One list for each monitor, in order.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<ResultPoint>>> ReadAsync(IReadOnlyList<Watched> monitors, IReadOnlyList<Latest> latest, Span range, CancellationToken ct)
    {
        var first = new DateTimeOffset(FirstDay, TimeOnly.MinValue, TimeSpan.Zero);
        var to = range.To < time.GetUtcNow().AddHours(1) ? range.To : time.GetUtcNow().AddHours(1);
        var chunks = await ChunksAsync(monitors.SelectMany(monitor =>
            monitor.WindowsFrom(Later(range.From, Later(first, monitor.CreatedAt.AddHours(-1))), to).Select(start => (monitor.Id, start))), ct);
        var (begin, end) = (FirstTenth(range.From), FirstTenth(range.To));
        return [.. monitors.Zip(latest, (monitor, newest) => (IReadOnlyList<ResultPoint>)[.. Merge(newest, chunks[monitor.Id]).Where(point => point.At >= begin && point.At < end)])];
    }

    /// <summary>The last results of each monitor, oldest first.</summary>
    /// <returns>One list for each monitor, in order.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<ResultPoint>>> ReadLastAsync(IReadOnlyList<Watched> monitors, IReadOnlyList<Latest> latest, int count, CancellationToken ct)
    {
        var keys = monitors.Zip(latest).SelectMany(one => Merge(one.Second, []).Count >= count || one.Second.Window is not { } open
            ? [] : LastPlaces(one.First, open.StartTime, count).Select(start => (one.First.Id, start)));
        var chunks = await ChunksAsync(keys, ct);
        return [.. monitors.Zip(latest, (monitor, newest) => (IReadOnlyList<ResultPoint>)[.. Merge(newest, chunks[monitor.Id]).TakeLast(count)])];
    }

    private IEnumerable<DateTimeOffset> LastPlaces(Watched monitor, DateTimeOffset before, int count)
    {
        var from = Later(before - count * monitor.Interval, Later(time.GetUtcNow() - kept.Value.Chunks, monitor.CreatedAt) - TimeSpan.FromHours(1));
        var steady = monitor with { UpdatedAt = monitor.CreatedAt };
        return steady.WindowsFrom(from, before).Union(monitor.WindowsFrom(from, before).TakeLast(MaxPlaces));
    }

    private async Task<ILookup<Guid, ResultChunk>> ChunksAsync(IEnumerable<(Guid, DateTimeOffset)> keys, CancellationToken ct)
    {
        var list = keys.ToList();
        return (list.Count == 0 ? [] : await db.ChunksAt(list).AsNoTracking().ToListAsync(ct)).ToLookup(chunk => chunk.MonitorId);
    }

    private static List<ResultPoint> Merge(Latest latest, IEnumerable<ResultChunk> chunks)
    {
        var points = new HashSet<ResultPoint>(latest.Recent);
        points.UnionWith(latest.Window?.Points ?? []);
        foreach (var chunk in chunks)
            points.UnionWith(Window.Decode(chunk.Start, chunk.Data).Points);
        return [.. points.OrderBy(point => point.At).ThenBy(point => point.Code)];
    }

    // The first that begins no sooner.
    private static long FirstTenth(DateTimeOffset at) => Tenths.Of(at.AddTicks(TimeSpan.TicksPerMillisecond * 100 - 1));

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
