using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.Storage;
using Monit.Storage.History;
using Monit.Storage.Sql;
using Monit.Testing;
using Npgsql;
using StackExchange.Redis;

namespace Monit.LoadTest;

/// <summary>Stores the chunks of three days, in the order in which they would come, and measures how long one monitor's last 24 hours take to read.</summary>
internal static class StatsLoop
{
    private const int Samples = 500;
    private static readonly TimeSpan Stored = TimeSpan.FromDays(3);
    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task<Figures> RunAsync(int chunks, TimeSpan interval, CancellationToken ct)
    {
        using var redis = await RedisServer.StartAsync();
        using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        var length = Core.History.Windows.Length(interval);
        var rounds = (int)(Stored.TotalSeconds * 10 / length);
        var now = Time.GetUtcNow();
        // Those whose windows begin first come first.
        var begin = Tenths.Of(now) - (rounds + 1) * length;
        var monitors = Enumerable.Range(0, Math.Max(1, chunks / rounds)).Select(LoadOptions.Id).Select(id => (Id: id, Start: Core.History.Windows.StartOf(id, begin + length, length)))
            .OrderBy(monitor => monitor.Start).ThenBy(monitor => monitor.Id).ToArray();

        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        using var host = Host(database, multiplexer);
        await SeedAsync(host, monitors.Select(monitor => monitor.Id), interval, now - Stored, ct);
        var started = Time.GetTimestamp();
        var checks = await StoreAsync(database, monitors, rounds, length, interval, ct);
        var storing = Time.GetElapsedTime(started);
        TestBed.Say($"stored in {storing.TotalSeconds:F0} s");

        var random = new Random(1);
        var sample = random.GetItems(monitors, Samples);
        await ReadAsync(host, sample.Select(monitor => monitor.Id), ct);
        var times = await ReadAsync(host, sample.Select(monitor => monitor.Id), ct);
        var cold = await ReadAsync(host, random.GetItems(monitors, Samples).Select(monitor => monitor.Id), ct);
        return new Figures
        {
            ["mode"] = "stats",
            ["chunks"] = (long)monitors.Length * rounds,
            ["monitors"] = monitors.Length,
            ["interval_s"] = interval.TotalSeconds,
            ["checks"] = checks,
            ["store_seconds"] = storing.TotalSeconds,
            ["postgres_bytes_per_check"] = await Recorded.SizeAsync(database, ct) / (double)checks,
            ["stats_24h_p50_ms"] = times[Samples / 2],
            ["stats_24h_p99_ms"] = times[Samples * 99 / 100],
            ["others_24h_p50_ms"] = cold[Samples / 2],
            ["others_24h_p99_ms"] = cold[Samples * 99 / 100],
        };
    }

    private static IHost Host(string database, ConnectionMultiplexer redis)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.AddMonitStorage();
        builder.Services.AddSingleton<IConnectionMultiplexer>(redis).AddSingleton<IDbContextFactory<MonitDb>>(new Databases(database))
            .AddScoped(services => services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContext());
        return builder.Build();
    }

    private static async Task SeedAsync(IHost host, IEnumerable<Guid> ids, TimeSpan interval, DateTimeOffset created, CancellationToken ct)
    {
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContextAsync(ct);
        var owner = new User { Id = Guid.CreateVersion7(created), Name = "load", Email = "load@example.org", PasswordHash = "-", CreatedAt = created };
        db.Users.Add(owner);
        await db.SaveChangesAsync(ct);
        await db.Database.OpenConnectionAsync(ct);
        await db.InsertAsync([.. ids.Select(id => new UptimeMonitor
        {
            Id = id, UserId = owner.Id, Url = "https://example.org/", IntervalSec = (int)interval.TotalSeconds, TimeoutSec = 5, CreatedAt = created, UpdatedAt = created,
        })], ct);
        await db.Settings.Where(setting => setting.Key == "history.since").ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, $"{created:yyyy-MM-ddTHH:mm:ssZ}"), ct);
    }

    /// <returns>The number of checks.</returns>
    private static async Task<long> StoreAsync(string database, (Guid Id, long Start)[] monitors, int rounds, long length, TimeSpan interval, CancellationToken ct)
    {
        await using (var db = new Databases(database).CreateDbContext())
            for (var (first, day) = (Tenths.ToTime(monitors[0].Start), 0); day <= Stored.Days + 1; day++)
                await db.EnsureChunkPartitionAsync(DateOnly.FromDateTime(first.UtcDateTime).AddDays(day), ct);

        var (checks, random, pace) = (0L, new Random(1), (long)interval.TotalSeconds * 10);
        var points = new List<ResultPoint>();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(ct);
        for (var round = 0; round < rounds; round++)
        {
            if (round % (rounds / 10 + 1) == 0)
                TestBed.Say($"storing chunks, {round} of {rounds}");
            await using var copy = await connection.BeginBinaryImportAsync("COPY result_chunks (start, monitor_id, data) FROM STDIN (FORMAT BINARY)", ct);
            foreach (var (id, first) in monitors)
            {
                var start = first + round * length;
                Check(points, id, start, length, pace, random);
                checks += points.Count;
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(Tenths.ToTime(start), ct);
                await copy.WriteAsync(id, ct);
                await copy.WriteAsync(Chunk.Encode(points, start, pace), ct);
            }
            await copy.CompleteAsync(ct);
        }
        await using var analyze = new NpgsqlCommand("VACUUM ANALYZE", connection) { CommandTimeout = 3600 };
        await analyze.ExecuteNonQueryAsync(ct);
        return checks;
    }

    // As a claim every 100 ms makes them: a little after each slot, with a latency near the monitor's own; one in 500 fails.
    private static void Check(List<ResultPoint> points, Guid id, long start, long length, long pace, Random random)
    {
        points.Clear();
        var usual = 20 + (int)(Cadence.Hash(id) % 400);
        for (var slot = Cadence.Next(id, start * 100, TimeSpan.FromSeconds(pace / 10d)); slot < (start + length) * 100; slot += pace * 100)
            points.Add(new ResultPoint((slot + random.Next(110)) / 100,
                random.Next(500) == 0 ? ResultCode.Timeout : LatencyCode.Of((int)(usual * (0.9 + 0.1 / (0.02 + random.NextDouble()))))));
    }

    /// <returns>Ms, in ascending order.</returns>
    private static async Task<List<double>> ReadAsync(IHost host, IEnumerable<Guid> ids, CancellationToken ct)
    {
        var times = new List<double>();
        foreach (var id in ids)
        {
            var started = Time.GetTimestamp();
            await using var scope = host.Services.CreateAsyncScope();
            var monitor = Watched.Of(await scope.ServiceProvider.GetRequiredService<MonitDb>().Monitors.AsNoTracking().SingleAsync(m => m.Id == id, ct));
            var now = Time.GetUtcNow();
            var step = TimeSpan.FromMinutes(5);
            var stats = await scope.ServiceProvider.GetRequiredService<StatsReader>().ReadAsync(monitor, StatsReader.Widened(new Span(now - TimeSpan.FromDays(1), now), step), step, ct);
            times.Add(Time.GetElapsedTime(started).TotalMilliseconds);
            if (stats.Total.Checks.Checks == 0)
                throw new InvalidOperationException("Nothing was found.");
        }
        times.Sort();
        return times;
    }
}
