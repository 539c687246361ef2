using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>Reads single results, as long as they are kept. Chunks are found by their keys, which follow from the monitor and the time.</summary>
public sealed class ResultReader(MonitDb db, IOptions<HistoryRetentionOptions> kept, TimeProvider time)
{
    /// <summary>
    /// How many places are searched at most for the newest results of a monitor that has not been checked for a while, and how many of the
    /// grid for one whose interval may have changed; beyond those only windows of its present interval, among which are all longer ones.
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

    /// <summary>The last results of each monitor, oldest first; fewer of one that was rarely checked in the last hours or days.</summary>
    /// <returns>One list for each monitor, in order.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<ResultPoint>>> ReadLastAsync(IReadOnlyList<Watched> monitors, IReadOnlyList<Latest> latest, int count, CancellationToken ct)
    {
        var found = latest.Select(newest => Merge(newest, [])).ToArray();
        // Mostly the chunk or two before have the rest.
        await AddAsync(monitor => count * monitor.Interval);
        await AddAsync(_ => kept.Value.Chunks);
        return [.. found.Select(points => points.TakeLast(count).ToList())];

        async Task AddAsync(Func<Watched, TimeSpan> back)
        {
            var keys = monitors.Index().Where(one => found[one.Index].Count < count && latest[one.Index].Window is not null)
                .SelectMany(one => LastPlaces(one.Item, latest[one.Index].Window!.StartTime, back(one.Item)).Select(start => (one.Item.Id, start)));
            var chunks = await ChunksAsync(keys, ct);
            for (var n = 0; n < found.Length; n++)
                if (chunks.Contains(monitors[n].Id))
                    found[n] = Merge(latest[n], chunks[monitors[n].Id]);
        }
    }

    private IEnumerable<DateTimeOffset> LastPlaces(Watched monitor, DateTimeOffset before, TimeSpan back)
    {
        var from = Later(before - back, Later(time.GetUtcNow() - kept.Value.Chunks, monitor.CreatedAt) - TimeSpan.FromHours(1));
        var steady = monitor with { UpdatedAt = monitor.CreatedAt };
        return steady.WindowsFrom(from, before).TakeLast(MaxPlaces).Union(monitor.WindowsFrom(from, before).TakeLast(MaxPlaces));
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
