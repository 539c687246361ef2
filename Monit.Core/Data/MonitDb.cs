using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;

namespace Monit.Core.Data;

/// <summary>The truth. One model for both stores; each has its own migrations.</summary>
public abstract class MonitDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();
    public DbSet<UptimeMonitor> Monitors => Set<UptimeMonitor>();
    public DbSet<MonitorIncident> Incidents => Set<MonitorIncident>();
    public DbSet<Alert> Alerts => Set<Alert>();
    public DbSet<AlertAttempt> AlertAttempts => Set<AlertAttempt>();
    public DbSet<Setting> Settings => Set<Setting>();

    /// <summary>
    /// These monitors, locked until the transaction ends, in the order of their ids so that two batches cannot
    /// deadlock. Whoever changes a monitor's version or incident holds this lock.
    /// </summary>
    public abstract IQueryable<UptimeMonitor> LockMonitors(Guid[] ids);

    /// <summary>Inserts many at once.</summary>
    public virtual async Task InsertAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct)
    {
        Monitors.AddRange(monitors);
        await SaveChangesAsync(ct);
        ChangeTracker.Clear();
    }

    /// <summary>
    /// Writes what has become of incidents, in the caller's transaction. Closing comes first: a monitor has one open
    /// incident at most.
    /// </summary>
    /// <param name="closed">Known to SQL, untracked; their end time is new.</param>
    public virtual async Task WriteAsync(
        IReadOnlyList<MonitorIncident> closed, IReadOnlyList<MonitorIncident> opened, IReadOnlyList<Alert> notices, CancellationToken ct)
    {
        foreach (var incident in closed)
            Attach(incident).Property(i => i.EndTime).IsModified = true;
        Incidents.AddRange(opened);
        Alerts.AddRange(notices);
        await SaveChangesAsync(ct);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(MonitDb).Assembly);
}
