using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Incidents;

namespace Monit.IntegrationTests.Data;

/// <summary>Constraints of the schema.</summary>
public abstract class ModelSuite(Func<Task<SqlStore>> create) : SqlSuite(create)
{
    private static MonitorIncident Incident(Guid monitor, DateTimeOffset? end = null) => new()
    {
        Id = Guid.CreateVersion7(), MonitorId = monitor, StartTime = At, EndTime = end, Reason = "TIMEOUT", CreatedAt = At,
    };

    private static Alert NewAlert(MonitorIncident incident, AlertKind kind) => new()
    {
        Id = Guid.CreateVersion7(), IncidentId = incident.Id, MonitorId = incident.MonitorId, Kind = kind, NextAttemptAt = At, CreatedAt = At,
    };

    [Fact]
    public async Task Migrations_ProduceTheModel()
    {
        await using var db = Factory.CreateDbContext();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Ct));
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Incidents_OneOpenPerMonitor()
    {
        var (one, two) = (await AddMonitorAsync(), await AddMonitorAsync());
        await SaveAsync(Incident(one.Id));
        await SaveAsync(Incident(two.Id));
        await SaveAsync(Incident(one.Id, end: At));
        await SaveAsync(Incident(one.Id, end: At));

        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAsync(Incident(one.Id)));
        Assert.Equal(4, (await IncidentsAsync()).Count);
    }

    [Theory, InlineData(99), InlineData(1000), InlineData(0)]
    public async Task Incidents_StatusOutOfRange_IsRefused(int status)
    {
        var monitor = await AddMonitorAsync();
        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAsync(new MonitorIncident
        {
            Id = Guid.CreateVersion7(), MonitorId = monitor.Id, StartTime = At, Reason = "TIMEOUT", HttpStatus = status, CreatedAt = At,
        }));
    }

    [Fact]
    public async Task Alerts_UniqueByIncidentAndKind()
    {
        var incident = Incident((await AddMonitorAsync()).Id);
        await SaveAsync(incident);
        await SaveAsync(NewAlert(incident, AlertKind.Down));
        await SaveAsync(NewAlert(incident, AlertKind.Recovery));
        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAsync(NewAlert(incident, AlertKind.Down)));
    }

    [Fact]
    public async Task Alerts_UniqueBySubjectKindDestinationAndStep()
    {
        async Task SaveAlertAsync(string? subject, AlertKind kind = AlertKind.Down, string destination = "", int step = 0)
        {
            // An incident of its own: one incident has one alert of a kind.
            var incident = Incident((await AddMonitorAsync()).Id, end: At);
            await SaveAsync(incident);
            await SaveAsync(new Alert
            {
                Id = Guid.CreateVersion7(), IncidentId = incident.Id, MonitorId = incident.MonitorId, Kind = kind, Subject = subject,
                Destination = destination, Step = step, NextAttemptAt = At, CreatedAt = At,
            });
        }

        await SaveAlertAsync("certificate:1");
        await SaveAlertAsync("certificate:2");
        await SaveAlertAsync("certificate:1", AlertKind.Recovery);
        await SaveAlertAsync("certificate:1", destination: "chat");
        await SaveAlertAsync("certificate:1", step: 1);
        await SaveAlertAsync(null);
        await SaveAlertAsync(null);
        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAlertAsync("certificate:1"));
        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAlertAsync("certificate:1", step: 1));
        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAlertAsync("certificate:1", destination: "chat"));
    }

    [Fact]
    public async Task Monitors_Deleted_TakeIncidentsAlertsAndAttemptsAlong()
    {
        var (gone, kept) = (await AddMonitorAsync(), await AddMonitorAsync());
        foreach (var monitor in (Guid[])[gone.Id, kept.Id])
        {
            var incident = Incident(monitor);
            var alert = NewAlert(incident, AlertKind.Down);
            await SaveAsync(incident);
            await SaveAsync(alert);
            await SaveAsync(new AlertAttempt { Id = Guid.CreateVersion7(), AlertId = alert.Id, Number = 1, Channel = "email", StartedAt = At, DurationMs = 3 });
        }

        await using var db = Factory.CreateDbContext();
        Assert.Equal(1, await db.Monitors.Where(m => m.Id == gone.Id).ExecuteDeleteAsync(Ct));

        Assert.Equal(kept.Id, Assert.Single(await IncidentsAsync()).MonitorId);
        Assert.Equal(kept.Id, Assert.Single(await AlertsAsync()).MonitorId);
        Assert.Equal(1, await db.AlertAttempts.CountAsync(Ct));
    }

    [Fact]
    public async Task Instants_ComeBackAsTheyWere_AndCompare()
    {
        await SaveAsync(Incident((await AddMonitorAsync()).Id, end: At.AddTicks(10)));
        var incident = Assert.Single(await IncidentsAsync());
        Assert.Equal((At, At.AddTicks(10)), (incident.StartTime, incident.EndTime));
        Assert.Equal(1, await ReadAsync(db => db.Incidents.CountAsync(i => i.EndTime > i.StartTime && i.StartTime <= At, Ct)));
    }
}
