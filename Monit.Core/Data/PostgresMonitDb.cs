using Microsoft.EntityFrameworkCore;
using Monit.Core.Monitors;

namespace Monit.Core.Data;

/// <summary>The distributed form's database.</summary>
public sealed class PostgresMonitDb(DbContextOptions<PostgresMonitDb> options) : MonitDb(options)
{
    public override IQueryable<UptimeMonitor> LockMonitors(Guid[] ids) =>
        Monitors.FromSql($"SELECT * FROM monitors WHERE id = ANY ({ids}) ORDER BY id FOR UPDATE");
}
