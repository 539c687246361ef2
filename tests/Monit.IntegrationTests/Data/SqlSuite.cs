using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.Data;

/// <summary>The base class of suites that run on a database.</summary>
public abstract class SqlSuite(Func<Task<SqlStore>> create) : IAsyncLifetime
{
    // Whole microseconds, as both databases store them.
    protected static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(123);

    private SqlStore _store = null!;
    private Guid _user;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;
    protected IDbContextFactory<MonitDb> Factory => _store.Factory;
    private protected StoreResilience Resilience { get; } = new(TimeProvider.System);
    private protected IncidentStore Incidents => new(Factory, Resilience);

    public virtual async ValueTask InitializeAsync()
    {
        _store = await create();
        _user = Guid.CreateVersion7();
        await SaveAsync(new User { Id = _user, Name = "Ada", Email = "ada@example.org", PasswordHash = "-", CreatedAt = At });
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _store.DisposeAsync();
    }

    protected async Task<UptimeMonitor> AddMonitorAsync(Action<UptimeMonitor>? change = null)
    {
        var monitor = new UptimeMonitor
        {
            Id = Guid.CreateVersion7(), UserId = _user, Url = "https://example.org/", IntervalSec = 60, TimeoutSec = 5, CreatedAt = At,
        };
        change?.Invoke(monitor);
        await SaveAsync(monitor);
        return monitor;
    }

    protected async Task SaveAsync(object entity)
    {
        await using var db = Factory.CreateDbContext();
        db.Add(entity);
        await db.SaveChangesAsync(Ct);
    }

    protected async Task<T> ReadAsync<T>(Func<MonitDb, Task<T>> read)
    {
        await using var db = Factory.CreateDbContext();
        return await read(db);
    }

    protected Task<List<MonitorIncident>> IncidentsAsync() =>
        ReadAsync(db => db.Incidents.AsNoTracking().OrderBy(i => i.StartTime).ToListAsync(Ct));

    protected Task<List<Alert>> AlertsAsync() =>
        ReadAsync(db => db.Alerts.AsNoTracking().OrderBy(a => a.Kind).ToListAsync(Ct));

    protected static Transition Down(UptimeMonitor monitor, int? httpStatus = 503, DateTimeOffset? at = null) =>
        new(monitor.Id, monitor.Version, at ?? At, FailureReason.UnexpectedStatus, httpStatus, 40);

    protected static Transition Recovered(UptimeMonitor monitor, DateTimeOffset? at = null) =>
        new(monitor.Id, monitor.Version, at ?? At.AddMinutes(5), null, 200, 40);

    private protected async Task<TransitionOutcome> RecordAsync(Transition transition) =>
        Assert.Single(await Incidents.RecordAsync([transition], Ct));
}
