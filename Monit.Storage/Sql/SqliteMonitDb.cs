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

    public override IQueryable<KnownState> LockStates(Guid[] ids) => KnownStates.Where(k => ids.Contains(k.MonitorId));

    public override Task LockUsersAsync(CancellationToken ct) => Task.CompletedTask;

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
