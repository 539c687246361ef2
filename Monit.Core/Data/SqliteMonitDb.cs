using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Monit.Core.Monitors;

namespace Monit.Core.Data;

/// <summary>
/// Standalone's database. A transaction takes SQLite's one write lock at its start, which locks monitors along with
/// everything else. Instants are kept as Unix microseconds, because SQLite cannot compare them as text with offsets.
/// </summary>
public sealed class SqliteMonitDb(DbContextOptions<SqliteMonitDb> options) : MonitDb(options)
{
    public override IQueryable<UptimeMonitor> LockMonitors(Guid[] ids) => Monitors.Where(m => ids.Contains(m.Id));

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMicroseconds>();

    private sealed class UnixMicroseconds() : ValueConverter<DateTimeOffset, long>(
        instant => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        microseconds => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond));
}
