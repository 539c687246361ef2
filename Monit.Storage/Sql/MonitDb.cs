using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;

namespace Monit.Storage.Sql;

/// <summary>The SQL database, the source of truth. One model for both databases; each has its own migrations.</summary>
public abstract class MonitDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();
    public DbSet<UptimeMonitor> Monitors => Set<UptimeMonitor>();
    public DbSet<MonitorIncident> Incidents => Set<MonitorIncident>();
    public DbSet<IncidentEvidence> Evidence => Set<IncidentEvidence>();
    public DbSet<Alert> Alerts => Set<Alert>();
    public DbSet<AlertAttempt> AlertAttempts => Set<AlertAttempt>();
    public DbSet<AlertAddress> AlertAddresses => Set<AlertAddress>();
    public DbSet<MailCount> MailCounts => Set<MailCount>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();
    public DbSet<Setting> Settings => Set<Setting>();
    public DbSet<ResultWindow> ResultWindows => Set<ResultWindow>();
    public DbSet<ResultChunk> ResultChunks => Set<ResultChunk>();
    public DbSet<ResultDay> ResultDays => Set<ResultDay>();
    public DbSet<ResultDaySummary> ResultDaySummaries => Set<ResultDaySummary>();
    public DbSet<ResultMonth> ResultMonths => Set<ResultMonth>();
    public DbSet<MonitorSpan> MonitorSpans => Set<MonitorSpan>();
    public DbSet<RollUp> RollUps => Set<RollUp>();
    public DbSet<KnownState> KnownStates => Set<KnownState>();
    public DbSet<StateCount> StateCounts => Set<StateCount>();

    /// <summary>
    /// Selects monitors and locks their rows until the transaction ends, in the order of their ids so that two batches
    /// cannot deadlock. Code that changes a monitor's version or incident must hold this lock.
    /// </summary>
    public abstract IQueryable<UptimeMonitor> LockMonitors(Guid[] ids);

    /// <summary>
    /// Selects the known states of monitors and locks them until the transaction ends, in the order of their ids. Locks of monitors come
    /// before them, those of counts (<see cref="AddAsync"/>) after them.
    /// </summary>
    public abstract IQueryable<KnownState> LockStates(Guid[] ids);

    /// <summary>Adds to the counts of accounts; there is a row afterwards for each of them. In this order, so that two transactions cannot deadlock.</summary>
    /// <param name="changes">Each account and state once, in their order.</param>
    public virtual async Task AddAsync(IReadOnlyList<StateCount> changes, CancellationToken ct)
    {
        foreach (var change in changes)
            await Database.ExecuteSqlAsync($"""
                INSERT INTO state_counts (user_id, state, count) VALUES ({change.UserId}, {(int)change.State}, {change.Count})
                ON CONFLICT (user_id, state) DO UPDATE SET count = state_counts.count + excluded.count
                """, ct);
    }

    /// <summary>Keeps everybody else from adding or changing accounts until the caller's transaction ends.</summary>
    public abstract Task LockUsersAsync(CancellationToken ct);

    /// <summary>Inserts monitors in bulk.</summary>
    public virtual async Task InsertAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct)
    {
        Monitors.AddRange(monitors);
        await SaveChangesAsync(ct);
        ChangeTracker.Clear();
    }

    /// <summary>
    /// Writes closed and opened incidents with their evidence and alerts, in the caller's transaction. Closes first, since a monitor
    /// has at most one open incident.
    /// </summary>
    /// <param name="closed">Untracked incidents that SQL has, with a new end time.</param>
    public virtual async Task WriteAsync(
        IReadOnlyList<MonitorIncident> closed, IReadOnlyList<MonitorIncident> opened, IReadOnlyList<IncidentEvidence> evidence,
        IReadOnlyList<Alert> alerts, CancellationToken ct)
    {
        foreach (var incident in closed)
            Attach(incident).Property(i => i.EndTime).IsModified = true;
        Incidents.AddRange(opened);
        Evidence.AddRange(evidence);
        Alerts.AddRange(alerts);
        await SaveChangesAsync(ct);
    }

    /// <summary>Keeps others from filing results of a shard until the caller's transaction ends.</summary>
    public abstract Task LockShardAsync(int shard, CancellationToken ct);

    /// <summary>Writes open windows, in place of those that are there. In the caller's transaction.</summary>
    public abstract Task WriteAsync(IReadOnlyList<ResultWindow> windows, CancellationToken ct);

    /// <summary>Inserts chunks, but none whose key is there. Returns their number.</summary>
    public abstract Task<int> InsertAsync(IReadOnlyList<ResultChunk> chunks, CancellationToken ct);

    /// <summary>Keeps everybody else from adding or removing marks of what is rolled up until the caller's transaction ends.</summary>
    public abstract Task LockRollUpsAsync(CancellationToken ct);

    /// <summary>Makes room for the chunks that start on a UTC day, where the database wants it.</summary>
    public virtual Task EnsureChunkPartitionAsync(DateOnly day, CancellationToken ct) => Task.CompletedTask;

    /// <summary>The same for the days of a month.</summary>
    public virtual Task EnsureDayPartitionsAsync(DateOnly day, CancellationToken ct) => Task.CompletedTask;

    /// <summary>The chunks with these keys, of which the database looks up each on its own, whatever it thinks of their number.</summary>
    /// <param name="keys">Each once.</param>
    public abstract IQueryable<ResultChunk> ChunksAt(IReadOnlyList<(Guid Monitor, DateTimeOffset Start)> keys);
    /// <summary>The parts by which a table of the history is removed that end before a day begins: partitions, or days; by their first day, in order.</summary>
    public abstract Task<IReadOnlyList<DateOnly>> PartsAsync(string table, DateOnly before, CancellationToken ct);

    /// <summary>Removes a partition, or at most so many rows of a day.</summary>
    /// <param name="first">Its first day.</param>
    public abstract Task<PartRemoval> RemoveAsync(string table, DateOnly first, int rows, CancellationToken ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(MonitDb).Assembly);
}
