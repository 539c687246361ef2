using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Npgsql;

namespace Monit.Storage.Sql;

/// <summary>The PostgreSQL database of distributed installations.</summary>
public sealed class PostgresMonitDb(DbContextOptions<PostgresMonitDb> options) : MonitDb(options)
{
    // The first half of the key of an advisory lock; any number that nothing else uses.
    private const int ResultsLock = 0x6d6f6e69;

    private const string Chunks = "result_chunks";

    public override IQueryable<UptimeMonitor> LockMonitors(Guid[] ids) =>
        Monitors.FromSql($"SELECT * FROM monitors WHERE id = ANY ({ids}) ORDER BY id FOR UPDATE");

    public override IQueryable<KnownState> LockStates(Guid[] ids) =>
        KnownStates.FromSql($"SELECT * FROM known_states WHERE monitor_id = ANY ({ids}) ORDER BY monitor_id FOR UPDATE");

    /// <summary>Uses one statement, whatever its length.</summary>
    public override Task AddAsync(IReadOnlyList<StateCount> changes, CancellationToken ct) => Database.ExecuteSqlAsync($"""
        INSERT INTO state_counts (user_id, state, count)
        SELECT * FROM unnest({All(changes, c => c.UserId)}, {All(changes, c => (int)c.State)}, {All(changes, c => c.Count)})
        ON CONFLICT (user_id, state) DO UPDATE SET count = state_counts.count + excluded.count
        """, ct);

    public override Task LockUsersAsync(CancellationToken ct) =>
        Database.ExecuteSqlAsync($"LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE", ct);

    /// <summary>Uses COPY, which is ten times as fast as INSERT. The columns are those of the model.</summary>
    public override async Task InsertAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct)
    {
        var table = Model.FindEntityType(typeof(UptimeMonitor))!;
        var columns = table.GetProperties().Select(p => (Name: p.GetColumnName(), Type: p.GetRelationalTypeMapping(), Getter: p.GetGetter())).ToList();
        try
        {
            await using var copy = await ((NpgsqlConnection)Database.GetDbConnection()).BeginBinaryImportAsync(
                $"COPY {table.GetTableName()} ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))}) FROM STDIN (FORMAT BINARY)", ct);
            foreach (var monitor in monitors)
            {
                await copy.StartRowAsync(ct);
                foreach (var (_, type, getter) in columns)
                {
                    var value = getter.GetClrValue(monitor);
                    value = type.Converter is { } converter ? converter.ConvertToProvider(value) : value;
                    await (value is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(value, type.StoreTypeNameBase, ct));
                }
            }
            await copy.CompleteAsync(ct);
        }
        catch (PostgresException refused)
        {
            throw new DbUpdateException(refused.MessageText, refused);
        }
    }

    /// <summary>Uses one statement for each list, whatever its length.</summary>
    public override async Task WriteAsync(
        IReadOnlyList<MonitorIncident> closed, IReadOnlyList<MonitorIncident> opened, IReadOnlyList<IncidentEvidence> evidence,
        IReadOnlyList<Alert> alerts, CancellationToken ct)
    {
        if (closed.Count > 0)
            await Database.ExecuteSqlAsync($"""
                UPDATE monitor_incidents AS i SET end_time = c.end_time
                FROM unnest({All(closed, i => i.Id)}, {All(closed, i => i.EndTime)}) AS c (id, end_time)
                WHERE i.id = c.id
                """, ct);
        if (opened.Count > 0)
            await Database.ExecuteSqlAsync($"""
                INSERT INTO monitor_incidents
                    (id, monitor_id, start_time, end_time, alerted, reason, http_status, latency_ms, created_at, severity, detail)
                SELECT * FROM unnest({All(opened, i => i.Id)}, {All(opened, i => i.MonitorId)}, {All(opened, i => i.StartTime)},
                    {All(opened, i => i.EndTime)}, {All(opened, i => i.Alerted)}, {All(opened, i => i.Reason)},
                    {All(opened, i => i.HttpStatus)}, {All(opened, i => i.LatencyMs)}, {All(opened, i => i.CreatedAt)},
                    {All(opened, i => LowerCase<Severity>.Of(i.Severity))}, {All(opened, i => i.Detail)})
                """, ct);
        if (evidence.Count > 0)
            await Database.ExecuteSqlAsync($"""
                INSERT INTO incident_evidence (incident_id, kind, at, data)
                SELECT * FROM unnest({All(evidence, e => e.IncidentId)}, {All(evidence, e => LowerCase<EvidenceKind>.Of(e.Kind))},
                    {All(evidence, e => e.At)}, {All(evidence, e => e.Data)})
                """, ct);
        if (alerts.Count > 0)
            await Database.ExecuteSqlAsync($"""
                INSERT INTO alerts
                    (id, incident_id, monitor_id, kind, subject, destination, step, status, attempts, next_attempt_at, created_at)
                SELECT id, incident_id, monitor_id, kind, subject, destination, step, 'pending', 0, next_attempt_at, created_at
                FROM unnest({All(alerts, a => a.Id)}, {All(alerts, a => a.IncidentId)}, {All(alerts, a => a.MonitorId)},
                    {All(alerts, a => LowerCase<AlertKind>.Of(a.Kind))}, {All(alerts, a => a.Subject)}, {All(alerts, a => a.Destination)},
                    {All(alerts, a => a.Step)}, {All(alerts, a => a.NextAttemptAt)}, {All(alerts, a => a.CreatedAt)})
                    AS n (id, incident_id, monitor_id, kind, subject, destination, step, next_attempt_at, created_at)
                """, ct);
    }

    public override Task LockShardAsync(int shard, CancellationToken ct) =>
        Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({ResultsLock}, {shard})", ct);

    public override async Task WriteAsync(IReadOnlyList<ResultWindow> windows, CancellationToken ct)
    {
        if (windows.Count > 0)
            await Database.ExecuteSqlAsync($"""
                INSERT INTO result_windows (monitor_id, start, data)
                SELECT * FROM unnest({All(windows, w => w.MonitorId)}, {All(windows, w => w.Start)}, {All(windows, w => w.Data)})
                ON CONFLICT (monitor_id) DO UPDATE SET start = excluded.start, data = excluded.data
                """, ct);
    }

    public override async Task<int> InsertAsync(IReadOnlyList<ResultChunk> chunks, CancellationToken ct) => await Database.ExecuteSqlAsync($"""
        INSERT INTO result_chunks (start, monitor_id, data)
        SELECT * FROM unnest({All(chunks, c => c.Start)}, {All(chunks, c => c.MonitorId)}, {All(chunks, c => c.Data)})
        ON CONFLICT DO NOTHING
        """, ct);

    /// <summary>The bounds, known when the statement is planned, leave out partitions; OFFSET keeps it from being planned as one join.</summary>
    public override IQueryable<ResultChunk> ChunksAt(IReadOnlyList<(Guid Monitor, DateTimeOffset Start)> keys)
    {
        var (monitors, starts) = (All(keys, key => key.Monitor), All(keys, key => key.Start));
        var (first, last) = (keys.Count == 0 ? default : starts.Min(), keys.Count == 0 ? default : starts.Max());
        return ResultChunks.FromSql($"""
            SELECT c.* FROM unnest({monitors}, {starts}) AS k (monitor_id, start)
            CROSS JOIN LATERAL (
                SELECT * FROM result_chunks c
                WHERE c.start = k.start AND c.monitor_id = k.monitor_id AND c.start >= {first} AND c.start <= {last} OFFSET 0) AS c
            """);
    }
    public override Task LockRollUpsAsync(CancellationToken ct) =>
        Database.ExecuteSqlAsync($"LOCK TABLE roll_ups IN SHARE ROW EXCLUSIVE MODE", ct);

    public override Task EnsureChunkPartitionAsync(DateOnly day, CancellationToken ct) =>
        EnsurePartitionAsync(Chunks, day, $"{day:yyyy-MM-dd} 00:00:00Z", $"{day.AddDays(1):yyyy-MM-dd} 00:00:00Z", ct);

    public override async Task EnsureDayPartitionsAsync(DateOnly day, CancellationToken ct)
    {
        var month = new DateOnly(day.Year, day.Month, 1);
        foreach (var table in (string[])["result_days", "result_day_summaries"])
            await EnsurePartitionAsync(table, month, $"{month:yyyy-MM-dd}", $"{month.AddMonths(1):yyyy-MM-dd}", ct);
    }

    public override async Task<IReadOnlyList<DateOnly>> PartsAsync(string table, DateOnly before, CancellationToken ct)
    {
        var names = await Database.SqlQuery<string>(
            $"SELECT c.relname::text AS \"Value\" FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = {table}::regclass").ToListAsync(ct);
        var parts = new List<DateOnly>();
        foreach (var name in names)
            // One that somebody else has made is left alone.
            if (name.StartsWith(table + "_", StringComparison.Ordinal)
                && DateOnly.TryParseExact(name[(table.Length + 1)..], SuffixOf(table), CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
                && (table == Chunks ? first.AddDays(1) : first.AddMonths(1)) <= before)
                parts.Add(first);
        return [.. parts.Order()];
    }

    public override async Task<PartRemoval> RemoveAsync(string table, DateOnly first, int rows, CancellationToken ct)
    {
        try
        {
            await ChangeAsync($"DROP TABLE IF EXISTS {NameOf(table, first)}", ct);
            return PartRemoval.Done;
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            return PartRemoval.Busy;
        }
    }

    // Two processes may come at once: the second finds the name taken, which IF NOT EXISTS alone does not always catch.
    private async Task EnsurePartitionAsync(string table, DateOnly first, FormattableString from, FormattableString to, CancellationToken ct)
    {
        try
        {
            await ChangeAsync($"CREATE TABLE IF NOT EXISTS {NameOf(table, first)} PARTITION OF {table} FOR VALUES FROM ('{FormattableString.Invariant(from)}') TO ('{FormattableString.Invariant(to)}')", ct);
        }
        catch (PostgresException taken) when (taken.SqlState is PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.InvalidObjectDefinition)
        {
        }
    }

    // Partitions come and go under a lock on the whole table. Whoever reads it, such as a dump, for an hour, would have all others queue
    // behind us for as long.
    private async Task ChangeAsync(string sql, CancellationToken ct)
    {
        await using var transaction = await Database.BeginTransactionAsync(ct);
        await Database.ExecuteSqlRawAsync("SET LOCAL lock_timeout = '500ms'", ct);
        await Database.ExecuteSqlRawAsync(sql, ct);
        await transaction.CommitAsync(ct);
    }

    private static string NameOf(string table, DateOnly first) => $"{table}_{first.ToString(SuffixOf(table), CultureInfo.InvariantCulture)}";

    private static string SuffixOf(string table) => table == Chunks ? "yyyyMMdd" : "yyyyMM";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<UptimeMonitor>().Property(m => m.Tags).HasDefaultValueSql("'{}'").ValueGeneratedNever();
    }

    private static TValue[] All<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value) => [.. rows.Select(value)];
}
