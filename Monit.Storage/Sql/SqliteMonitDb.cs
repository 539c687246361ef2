using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Monit.Core.History;
using Monit.Core.Monitors;

namespace Monit.Storage.Sql;

/// <summary>
/// The SQLite database of Standalone. A transaction takes SQLite's single write lock at its start, so rows need no locks
/// of their own. Instants are stored as Unix microseconds, because SQLite cannot compare text with UTC offsets as times.
/// </summary>
public sealed class SqliteMonitDb(DbContextOptions<SqliteMonitDb> options) : MonitDb(options)
{
    private const string Chunks = "result_chunks";

    public override IQueryable<UptimeMonitor> LockMonitors(Guid[] ids) => Monitors.Where(m => ids.Contains(m.Id));

    public override IQueryable<KnownState> LockStates(Guid[] ids) => KnownStates.Where(k => ids.Contains(k.MonitorId));

    public override Task LockUsersAsync(CancellationToken ct) => Task.CompletedTask;

    public override Task LockRollUpsAsync(CancellationToken ct) => Task.CompletedTask;

    public override Task LockShardAsync(int shard, CancellationToken ct) => Task.CompletedTask;

    public override Task WriteAsync(IReadOnlyList<ResultWindow> windows, CancellationToken ct) => EachAsync(
        "INSERT INTO result_windows (monitor_id, start, data) VALUES (@id, @start, @data) ON CONFLICT (monitor_id) DO UPDATE SET start = excluded.start, data = excluded.data",
        windows.Select(w => (w.MonitorId, w.Start, w.Data)), ct);

    public override Task<int> InsertAsync(IReadOnlyList<ResultChunk> chunks, CancellationToken ct) => EachAsync(
        "INSERT INTO result_chunks (monitor_id, start, data) VALUES (@id, @start, @data) ON CONFLICT DO NOTHING",
        chunks.Select(c => (c.MonitorId, c.Start, c.Data)), ct);

    public override async Task<IReadOnlyList<DateOnly>> PartsAsync(string table, DateOnly before, CancellationToken ct)
    {
        var oldest = table == Chunks
            ? (await ResultChunks.OrderBy(c => c.Start).Select(c => c.Start).Take(1).ToListAsync(ct)).ConvertAll(start => DateOnly.FromDateTime(start.UtcDateTime))
            : await (table == "result_days" ? ResultDays.Select(d => d.Day) : ResultDaySummaries.Select(d => d.Day)).Order().Take(1).ToListAsync(ct);
        return oldest is [var first] && first < before ? [.. Enumerable.Range(0, before.DayNumber - first.DayNumber).Select(first.AddDays)] : [];
    }

    public override async Task<PartRemoval> RemoveAsync(string table, DateOnly first, int rows, CancellationToken ct)
    {
#pragma warning disable EF1002 // A table's name of our own.
        var removed = table == Chunks
            ? await Database.ExecuteSqlAsync($"""
                DELETE FROM result_chunks WHERE (start, monitor_id) IN (
                    SELECT start, monitor_id FROM result_chunks WHERE start >= {StartOf(first)} AND start < {StartOf(first.AddDays(1))} LIMIT {rows})
                """, ct)
            : await Database.ExecuteSqlRawAsync(
                $"DELETE FROM {table} WHERE (day, monitor_id) IN (SELECT day, monitor_id FROM {table} WHERE day = {{0}} LIMIT {{1}})", [first, rows], ct);
#pragma warning restore EF1002
        return removed < rows ? PartRemoval.Done : PartRemoval.More;

        static long StartOf(DateOnly day) => UnixMicroseconds.Of(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
    }

    // One statement for all rows, in the caller's transaction: EF would compile one each.
    private async Task<int> EachAsync(string sql, IEnumerable<(Guid Id, DateTimeOffset Start, byte[] Data)> rows, CancellationToken ct)
    {
        var command = (SqliteCommand)Database.GetDbConnection().CreateCommand();
        await using (command)
        {
            (command.CommandText, command.Transaction) = (sql, (SqliteTransaction)Database.CurrentTransaction!.GetDbTransaction());
            var (id, start, data) = (command.Parameters.Add("@id", SqliteType.Text), command.Parameters.Add("@start", SqliteType.Integer), command.Parameters.Add("@data", SqliteType.Blob));
            var written = 0;
            foreach (var row in rows)
            {
                (id.Value, start.Value, data.Value) = (row.Id, UnixMicroseconds.Of(row.Start), row.Data);
                written += await command.ExecuteNonQueryAsync(ct);
            }
            return written;
        }
    }

    /// <summary>CROSS JOIN keeps the order in which they are named.</summary>
    public override IQueryable<ResultChunk> ChunksAt(IReadOnlyList<(Guid Monitor, DateTimeOffset Start)> keys)
    {
        var micros = new UnixMicroseconds();
        var list = $"[{string.Join(',', keys.Select(key => $"[\"{key.Monitor.ToString().ToUpperInvariant()}\",{micros.ConvertToProvider(key.Start)}]"))}]";
        return ResultChunks.FromSql($"""
            SELECT c.* FROM json_each({list}) AS k CROSS JOIN result_chunks AS c ON c.start = k.value ->> 1 AND c.monitor_id = k.value ->> 0
            """);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMicroseconds>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<UptimeMonitor>().Property(m => m.Tags).HasDefaultValueSql("'[]'").ValueGeneratedNever();
    }

    private sealed class UnixMicroseconds() : ValueConverter<DateTimeOffset, long>(
        instant => Of(instant),
        microseconds => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond))
    {
        public static long Of(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    }
}
