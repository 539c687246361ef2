using Microsoft.EntityFrameworkCore;
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
    public override IQueryable<UptimeMonitor> LockMonitors(Guid[] ids) => Monitors.Where(m => ids.Contains(m.Id));

    public override Task LockUsersAsync(CancellationToken ct) => Task.CompletedTask;

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
        instant => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        microseconds => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond));
}
