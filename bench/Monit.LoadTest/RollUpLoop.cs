using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.Storage.History;
using Monit.Storage.Resilience;
using Monit.Testing;
using Npgsql;
using NpgsqlTypes;

namespace Monit.LoadTest;

// A package has a namespace of that name.
using Windows = Monit.Core.History.Windows;

/// <summary>
/// Rolls up two days of results, without rests, and their month, of which the other days are copies of these two: how fast it is, and how
/// many bytes a row takes in PostgreSQL.
/// </summary>
internal static class RollUpLoop
{
    private const int PageSize = 1000;
    private static readonly DateOnly First = new(2026, 4, 1);

    public static async Task<Figures> RunAsync(LoadOptions options, CancellationToken ct)
    {
        var time = TimeProvider.System;
        using var postgres = await PostgresServer.StartAsync();
        var dbs = new Databases(await postgres.CreateDatabaseAsync());
        var results = await SeedAsync(dbs, options, ct);
        var resilience = new StoreResilience(time);
        var days = new RollUps(dbs, resilience, Options.Create(new HistoryRetentionOptions()));
        var months = new MonthRollUps(dbs, resilience, days);
        var (chunks, chunkBytes) = await SizeAsync(dbs, "result_chunks", ct);

        var (started, own, its) = (time.GetTimestamp(), Usage.Self(), Usage.Of(postgres.Pid));
        var longest = TimeSpan.Zero;
        foreach (var due in await days.DueAsync(Noon(First.AddDays(2)), ct))
        {
            var idle = (await days.BeginAsync(due, ct))!;
            foreach (var slice in due.Slices)
            {
                var began = time.GetTimestamp();
                await days.RollUpAsync(due.Day, slice, idle[slice], ct);
                longest = time.GetElapsedTime(began) > longest ? time.GetElapsedTime(began) : longest;
            }
        }
        var took = time.GetElapsedTime(started);
        var (client, server) = (Usage.Self().Cpu - own.Cpu, Usage.Of(postgres.Pid).Cpu - its.Cpu);
        var (dayRows, dayBytes) = await SizeAsync(dbs, "result_days", ct);
        var (_, summaryBytes) = await SizeAsync(dbs, "result_day_summaries", ct);
        var sketch = await LatencyBytesAsync(dbs, ct);

        await CopyDaysAsync(dbs, ct);
        var monthStarted = time.GetTimestamp();
        foreach (var month in await months.DueAsync(Noon(First.AddMonths(1)), ct))
            for (Guid? last = Guid.Empty; last is not null; last = (await months.PageAsync(month, last.Value, ct)).Last) { }
        var monthTook = time.GetElapsedTime(monthStarted);
        var (monthRows, monthBytes) = await SizeAsync(dbs, "result_months", ct);
        return new Figures
        {
            ["mode"] = "rollup",
            ["monitors"] = options.Monitors,
            ["results"] = results,
            ["chunks"] = chunks,
            ["bytes_per_result_in_chunks"] = (double)chunkBytes / results,
            ["chunks_per_second"] = chunks / took.TotalSeconds,
            ["results_per_second"] = results / took.TotalSeconds,
            ["days_of_monitors_per_second"] = dayRows / took.TotalSeconds,
            ["longest_slice_ms"] = longest.TotalMilliseconds,
            ["client_cpu_us_per_day"] = client.TotalMicroseconds / dayRows,
            ["postgres_cpu_us_per_day"] = server.TotalMicroseconds / dayRows,
            ["bytes_per_day"] = (double)dayBytes / dayRows,
            ["of_which_latencies"] = sketch,
            ["bytes_per_summary"] = (double)summaryBytes / dayRows,
            ["months_of_monitors_per_second"] = monthRows / monthTook.TotalSeconds,
            ["bytes_per_month"] = (double)monthBytes / monthRows,
        };
    }

    // Each monitor has a usual latency of its own, and a spread; it is slower by day, now and then much slower, and rarely fails.
    private static async Task<long> SeedAsync(Databases dbs, LoadOptions options, CancellationToken ct)
    {
        await using var db = dbs.CreateDbContext();
        var user = new User { Id = Guid.CreateVersion7(Noon(First)), Name = "load", Email = "load@example.org", PasswordHash = "-", CreatedAt = Noon(First) };
        db.Users.Add(user);
        await db.SaveChangesAsync(ct);
        await db.Settings.Where(s => s.Key == "history.since").ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, $"{First:yyyy-MM-dd}T00:00:00Z"), ct);
        for (var day = -1; day <= 2; day++)
            await db.EnsureChunkPartitionAsync(First.AddDays(day), ct);

        await db.Database.OpenConnectionAsync(ct);
        var results = 0L;
        foreach (var page in Enumerable.Range(0, options.Monitors).Chunk(PageSize))
        {
            await db.InsertAsync([.. page.Select(index => new UptimeMonitor
            {
                Id = LoadOptions.Id(index), UserId = user.Id, Url = "http://localhost/", IntervalSec = options.Interval, TimeoutSec = options.Timeout, CreatedAt = Noon(First),
            })], ct);
            var chunks = page.AsParallel().AsOrdered().SelectMany(index => ChunksOf(index, options.Interval)).ToList();
            await using var copy = await ((NpgsqlConnection)db.Database.GetDbConnection()).BeginBinaryImportAsync("COPY result_chunks (start, monitor_id, data) FROM STDIN (FORMAT BINARY)", ct);
            foreach (var (chunk, points) in chunks)
            {
                results += points;
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(chunk.Start, NpgsqlDbType.TimestampTz, ct);
                await copy.WriteAsync(chunk.MonitorId, NpgsqlDbType.Uuid, ct);
                await copy.WriteAsync(chunk.Data, NpgsqlDbType.Bytea, ct);
            }
            await copy.CompleteAsync(ct);
        }
        await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE", ct);
        return results;
    }

    private static IEnumerable<(ResultChunk Chunk, int Points)> ChunksOf(int index, int interval)
    {
        var (random, id) = (new Random(index), LoadOptions.Id(index));
        var (usual, spread) = (120 * Math.Exp(0.8 * Gauss(random)), 0.05 + 0.3 * random.NextDouble());
        var (from, to) = (Tenths.Of(First), Tenths.Of(First.AddDays(2)));
        var points = new List<ResultPoint>();
        for (var at = from + random.NextInt64(10 * interval); at < to; at += 10 * interval)
        {
            var slow = random.Next(50) == 0 ? 1 + 9 * random.NextDouble() * random.NextDouble() : 1;
            var latency = usual * slow * Math.Exp(spread * Gauss(random)) * (1 + 0.1 * Math.Sin(2 * Math.PI * (at - from) / 864_000));
            points.Add(new ResultPoint(at + random.Next(2), random.Next(1000) == 0 ? ResultCode.Timeout : LatencyCode.Of((long)latency)));
        }
        return points.GroupBy(point => Windows.StartOf(id, point.At, Windows.Length(TimeSpan.FromSeconds(interval))))
            .Select(window => (new ResultChunk { Start = Tenths.ToTime(window.Key), MonitorId = id, Data = Chunk.Encode([.. window], window.Key, 10 * interval) }, window.Count()));
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static async Task CopyDaysAsync(Databases dbs, CancellationToken ct)
    {
        await using var db = dbs.CreateDbContext();
        for (var day = 2; day < 30; day++)
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO result_days SELECT day + {day - day % 2}, monitor_id, checks, failed, latency FROM result_days WHERE day = {First.AddDays(day % 2)}
                """, ct);
        await db.Database.ExecuteSqlAsync($"INSERT INTO roll_ups (day, slice) SELECT day + n, slice FROM roll_ups, generate_series(2, 29) n WHERE day = {First} AND slice >= 0", ct);
        await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE", ct);
    }

    // Tables, indexes and TOAST.
    private static async Task<(long Rows, long Bytes)> SizeAsync(Databases dbs, string table, CancellationToken ct)
    {
        await using var db = dbs.CreateDbContext();
        await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE", ct);
        var own = await db.Database.SqlQuery<Size>($"""
            SELECT reltuples::bigint AS rows, pg_total_relation_size(oid) AS bytes FROM pg_class
            WHERE relkind = 'r' AND (oid = {table}::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = {table}::regclass))
            """).ToListAsync(ct);
        return (own.Sum(part => part.Rows), own.Sum(part => part.Bytes));
    }

    // Rows as VACUUM has counted them.
    private sealed record Size(long Rows, long Bytes);

    private static async Task<double> LatencyBytesAsync(Databases dbs, CancellationToken ct)
    {
        await using var db = dbs.CreateDbContext();
        return await db.ResultDays.AverageAsync(day => day.Latency.Length, ct);
    }

    private static DateTimeOffset Noon(DateOnly day) => new(day, new TimeOnly(12, 0), TimeSpan.Zero);
}
