using Monit.Core.History;
using Monit.Storage.Schedule;
using Npgsql;

namespace Monit.LoadTest;

/// <summary>Compares what reached the targets within the window with what SQL has of it, once all of it has moved there.</summary>
internal static class Recorded
{
    private const int PageSize = 2000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    // Between the beginning of a check, to a tenth of a second, and its request; more than the clock of a claim may run ahead.
    private const int Before = 5, After = 2;
    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task AddAsync(Figures figures, string arrivals, RedisSchedule schedule, string database, CancellationToken ct)
    {
        var came = Arrived.Read(arrivals);
        var moved = await MovedAsync(schedule, came.Max(own => own.Last) / 100, ct);
        var (recorded, lost, doubled, inChunks, chunks) = await CountAsync(came, database, ct);
        figures["move_seconds"] = moved.TotalSeconds;
        figures["recorded"] = recorded;
        figures["lost_results"] = lost;
        figures["doubled_results"] = doubled;
        figures["chunks"] = chunks;
        figures["checks_per_chunk"] = inChunks / (double)Math.Max(1, chunks);
        figures["postgres_bytes_per_check"] = await SizeAsync(database, ct) / (double)Math.Max(1, inChunks);
    }

    // Checks go on, so Redis is never empty: until it has nothing that began before.
    private static async Task<TimeSpan> MovedAsync(RedisSchedule schedule, long last, CancellationToken ct)
    {
        var started = Time.GetTimestamp();
        while (true)
        {
            var left = 0;
            for (var shard = 0; shard < schedule.Keys.Shards; shard++)
                await foreach (var page in schedule.UnsavedAsync(shard, PageSize, ct))
                    left += page.Count(own => RecentResults.Decode(own.Results.Span, last).Any(result => result.At <= last));
            if (left == 0 || Time.GetElapsedTime(started) > Limit)
                return Time.GetElapsedTime(started);
            TestBed.Say($"the results of {left} monitors are to be moved to SQL");
            await Task.Delay(Pause, Time, ct);
        }
    }

    private static async Task<(long Recorded, long Lost, long Doubled, long InChunks, long Chunks)> CountAsync(Arrived[] came, string database, CancellationToken ct)
    {
        var indices = Enumerable.Range(0, came.Length).ToDictionary(LoadOptions.Id);
        var (recorded, lost, doubled, inChunks, chunks) = (0L, 0L, 0L, 0L, 0L);
        var (id, points) = (Guid.Empty, new HashSet<ResultPoint>());
        void Count()
        {
            if (!indices.Remove(id, out var index) || came[index] is not { Count: > 0 } own)
                return;
            var count = points.Count(point => point.At >= own.First / 100 - Before && point.At <= own.Last / 100 + After);
            recorded += count;
            lost += Math.Max(0, own.Count - count);
            doubled += Math.Max(0, count - own.Count);
        }

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand("""
            SELECT monitor_id, start, data, TRUE FROM result_chunks UNION ALL SELECT monitor_id, start, data, FALSE FROM result_windows ORDER BY 1
            """, connection) { CommandTimeout = 600 };
        await using (var rows = await command.ExecuteReaderAsync(ct))
            while (await rows.ReadAsync(ct))
            {
                if (rows.GetGuid(0) is var next && next != id)
                {
                    Count();
                    (id, points) = (next, []);
                }
                var stored = Window.Decode(rows.GetFieldValue<DateTimeOffset>(1), rows.GetFieldValue<byte[]>(2)).Points;
                points.UnionWith(stored);
                (inChunks, chunks) = rows.GetBoolean(3) ? (inChunks + stored.Count, chunks + 1) : (inChunks, chunks);
            }
        Count();
        // Those of which SQL has nothing at all.
        return (recorded, lost + indices.Values.Sum(index => (long)came[index].Count), doubled, inChunks, chunks);
    }

    /// <summary>Bytes of all chunks, with indices and TOAST.</summary>
    public static async Task<long> SizeAsync(string database, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand("SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint FROM pg_inherits WHERE inhparent = 'result_chunks'::regclass", connection);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
