using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.Data;

/// <summary>IncidentStore.</summary>
public abstract class IncidentSuite(Func<Task<SqlStore>> create) : SqlSuite(create)
{
    [Fact]
    public async Task Record_Nothing_ReturnsNothing() => Assert.Empty(await Incidents.RecordAsync([], Ct));

    [Fact]
    public async Task Record_Open_WritesIncidentAndAlert()
    {
        var monitor = await AddMonitorAsync();
        var outcome = await RecordAsync(Down(monitor));

        var incident = Assert.Single(await IncidentsAsync());
        Assert.Equal((monitor.Id, At, null, true, "UNEXPECTED_STATUS", 503, 40),
            (incident.MonitorId, incident.StartTime, incident.EndTime, incident.Alerted, incident.Reason, incident.HttpStatus, incident.LatencyMs));
        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal((outcome.AlertId, incident.Id, monitor.Id, AlertKind.Down, AlertStatus.Pending, 0),
            (alert.Id, alert.IncidentId, alert.MonitorId, alert.Kind, alert.Status, alert.Attempts));
        Assert.Equal(($"incident:{incident.Id}", "", 0), (alert.Subject, alert.Destination, alert.Step));
        Assert.Equal((false, null), (outcome.Stale, outcome.Failure));
    }

    [Fact]
    public async Task Record_OpenWithoutAnswer_HasNoStatus()
    {
        await RecordAsync(Down(await AddMonitorAsync(), httpStatus: null));
        Assert.Null(Assert.Single(await IncidentsAsync()).HttpStatus);
    }

    // A list of a hundred texts is the longest that a monitor may assert.
    [Fact]
    public async Task Record_OpenOfTheLongestAssertion_IsWritten()
    {
        var list = JsonSerializer.SerializeToElement(Enumerable.Repeat(new string('x', AssertionParser.MaxText), AssertionParser.MaxItems));
        var failed = new AssertionEvaluator(new Assertion(AssertionSource.Header, "x", AssertionOp.In, list, Severity.Down))
            .Judge(new Facts { Headers = new Dictionary<string, IReadOnlyList<string>> { ["x"] = [new string('y', 60_000)] } });
        var outcome = await RecordAsync(Down(await AddMonitorAsync()) with { Detail = failed.Detail });

        Assert.Null(outcome.Failure);
        Assert.Equal(failed.Detail, Assert.Single(await IncidentsAsync()).Detail);
    }

    [Fact]
    public async Task Record_AlertRefused_WritesNoIncident()
    {
        var monitor = await AddMonitorAsync();
        await ReadAsync(db => db.Database.ExecuteSqlRawAsync("DROP TABLE alert_attempts", Ct));
        await ReadAsync(db => db.Database.ExecuteSqlRawAsync("DROP TABLE alerts", Ct));

        Assert.NotNull((await RecordAsync(Down(monitor))).Failure);
        Assert.Empty(await IncidentsAsync());
    }

    [Fact]
    public async Task Record_OpenAgain_Adopts()
    {
        var monitor = await AddMonitorAsync();
        await RecordAsync(Down(monitor));
        var again = await RecordAsync(Down(monitor, at: At.AddMinutes(1)));

        Assert.Equal(default, again);
        Assert.Equal(At, Assert.Single(await IncidentsAsync()).StartTime);
        Assert.Single(await AlertsAsync());
    }

    [Fact]
    public async Task Record_Close_EndsAtItsTime_AndAlertsOnce()
    {
        var monitor = await AddMonitorAsync();
        await RecordAsync(Down(monitor));
        var closed = await RecordAsync(Recovered(monitor));
        var again = await RecordAsync(Recovered(monitor, At.AddHours(1)));

        Assert.Equal(At.AddMinutes(5), Assert.Single(await IncidentsAsync()).EndTime);
        Assert.Equal([AlertKind.Down, AlertKind.Recovery], (await AlertsAsync()).Select(a => a.Kind).Order());
        Assert.Equal(closed.AlertId, (await AlertsAsync()).Single(a => a.Kind == AlertKind.Recovery).Id);
        Assert.Equal(default, again);
    }

    [Fact]
    public async Task Record_CloseWithNoneOpen_DoesNothing()
    {
        Assert.Equal(default, await RecordAsync(Recovered(await AddMonitorAsync())));
        Assert.Empty(await IncidentsAsync());
    }

    [Fact]
    public async Task Record_CloseBeforeItsStart_EndsAtItsStart()
    {
        var monitor = await AddMonitorAsync();
        await RecordAsync(Down(monitor));
        await RecordAsync(Recovered(monitor, At.AddMinutes(-1)));
        Assert.Equal(At, Assert.Single(await IncidentsAsync()).EndTime);
    }

    [Fact]
    public async Task Record_StaleDisabledOrMissing_WritesNothing()
    {
        var changed = await AddMonitorAsync(m => m.Version = 3);
        var disabled = await AddMonitorAsync(m => m.Enabled = false);
        var missing = await AddMonitorAsync();
        await ReadAsync(db => db.Monitors.Where(m => m.Id == missing.Id).ExecuteDeleteAsync(Ct));

        var outcomes = await Incidents.RecordAsync(
            [Down(changed) with { Version = 2 }, Down(disabled), Down(missing), Down(changed) with { Version = 4 }], Ct);

        Assert.All(outcomes, o => Assert.Equal(new TransitionOutcome(true, null, null), o));
        Assert.Empty(await IncidentsAsync());
        Assert.Empty(await AlertsAsync());
    }

    [Fact]
    public async Task Record_BadRow_IsIsolated()
    {
        var monitors = new[] { await AddMonitorAsync(), await AddMonitorAsync(), await AddMonitorAsync() };
        var outcomes = await Incidents.RecordAsync([Down(monitors[0]), Down(monitors[1], httpStatus: 5000), Down(monitors[2])], Ct);

        Assert.Equal([false, true, false], outcomes.Select(o => o.Failure is not null));
        Assert.Equal([true, false, true], outcomes.Select(o => o.AlertId is not null));
        Assert.Equal(new[] { monitors[0].Id, monitors[2].Id }.Order(), (await IncidentsAsync()).Select(i => i.MonitorId).Order());
        Assert.Equal(2, (await AlertsAsync()).Count);
    }

    [Fact]
    public async Task Record_CloseAndOpenInOneBatch_KeepsTheirOrder()
    {
        var monitor = await AddMonitorAsync();
        await RecordAsync(Down(monitor));
        var outcomes = await Incidents.RecordAsync([Recovered(monitor), Down(monitor, at: At.AddMinutes(9))], Ct);

        Assert.All(outcomes, o => Assert.True(o is { Stale: false, Failure: null, AlertId: not null }));
        Assert.Equal([At.AddMinutes(5), null], (await IncidentsAsync()).Select(i => i.EndTime));
    }

    [Fact]
    public async Task Record_OpenCloseAndOpenInOneBatch_WritesBoth()
    {
        var monitor = await AddMonitorAsync();
        var outcomes = await Incidents.RecordAsync([Down(monitor), Recovered(monitor), Down(monitor, at: At.AddMinutes(9))], Ct);

        Assert.Equal([At.AddMinutes(5), null], (await IncidentsAsync()).Select(i => i.EndTime));
        Assert.Equal(outcomes.Select(o => o.AlertId!.Value).Order(), (await AlertsAsync()).Select(a => a.Id).Order());
    }

    [Fact]
    public async Task Record_Many_OpensAndClosesEach()
    {
        var monitors = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => AddMonitorAsync()));
        await Incidents.RecordAsync([.. monitors[..40].Select((m, i) => Down(m, httpStatus: i % 2 == 0 ? 500 + i : null))], Ct);
        await Incidents.RecordAsync([.. monitors[20..40].Select(m => Recovered(m)), .. monitors[40..].Select(m => Down(m))], Ct);

        var incidents = (await IncidentsAsync()).ToDictionary(i => i.MonitorId);
        Assert.Equal(60, incidents.Count);
        foreach (var (i, monitor) in monitors.Index())
            Assert.Equal((i is >= 20 and < 40 ? At.AddMinutes(5) : null, i >= 40 ? 503 : i % 2 == 0 ? 500 + i : null),
                (incidents[monitor.Id].EndTime, incidents[monitor.Id].HttpStatus));
        var alerts = await AlertsAsync();
        Assert.Equal(monitors[20..40].Select(m => m.Id).Order(), alerts.Where(a => a.Kind == AlertKind.Recovery).Select(a => a.MonitorId).Order());
        Assert.Equal(monitors.Select(m => m.Id).Order(), alerts.Where(a => a.Kind == AlertKind.Down).Select(a => a.MonitorId).Order());
        Assert.All(alerts, a => Assert.Equal((incidents[a.MonitorId].Id, AlertStatus.Pending), (a.IncidentId, a.Status)));
    }

    [Fact]
    public async Task Record_AWorseOne_TakesThePlace_InOneTransaction_AndOnlyOnce()
    {
        var (monitor, other) = (await AddMonitorAsync(), await AddMonitorAsync());
        Transition Degraded(UptimeMonitor of, DateTimeOffset at) => Down(of, at: at) with { Severity = Severity.Degraded, Detail = "slow" };
        await RecordAsync(Degraded(monitor, At));
        var worse = Down(monitor, at: At.AddMinutes(3)) with { Detail = "got 503" };
        var outcomes = await Incidents.RecordAsync([worse, Degraded(other, At), Down(other, at: At.AddMinutes(4)), worse], Ct);
        // A milder one takes no place.
        var milder = await RecordAsync(Degraded(monitor, At.AddMinutes(5)));

        Assert.Equal(default, milder);
        Assert.Equal(default, outcomes[3]);
        (Severity, DateTimeOffset, DateTimeOffset?, string?)[] expected = [(Severity.Degraded, At, At.AddMinutes(3), "slow"), (Severity.Down, At.AddMinutes(3), null, "got 503")];
        Assert.Equal(expected, (await IncidentsAsync()).Where(i => i.MonitorId == monitor.Id).OrderBy(i => i.StartTime).Select(i => (i.Severity, i.StartTime, i.EndTime, i.Detail)));
        Assert.Equal([At.AddMinutes(4), null], (await IncidentsAsync()).Where(i => i.MonitorId == other.Id).OrderBy(i => i.StartTime).Select(i => i.EndTime));
        Assert.All((await AlertsAsync()).GroupBy(a => a.MonitorId), alerts => Assert.Equal([AlertKind.Down, AlertKind.Degraded], alerts.Select(a => a.Kind).Order()));
    }

    [Fact]
    public async Task Record_KeepsEvidence_WithTheIncidentsThatItOpensAndCloses_AndNoOther()
    {
        var monitor = await AddMonitorAsync();
        Evidence Of(EvidenceKind kind, int size = 3) => new(kind, At, [.. Enumerable.Repeat((byte)kind, size)]);
        await RecordAsync(Down(monitor) with { Evidence = [Of(EvidenceKind.Opened, IncidentEvidence.MaxSize), Of(EvidenceKind.LastGood)] });
        await RecordAsync(Down(monitor) with { Evidence = [Of(EvidenceKind.Opened)] });
        await RecordAsync(Recovered(monitor) with { Evidence = [Of(EvidenceKind.Closed)] });
        await RecordAsync(Recovered(monitor) with { Evidence = [Of(EvidenceKind.Closed)] });

        var incident = Assert.Single(await IncidentsAsync());
        Task<List<IncidentEvidence>> KeptAsync() => ReadAsync(db => db.Evidence.AsNoTracking().OrderBy(e => e.Kind).ToListAsync(Ct));
        var kept = await KeptAsync();
        Assert.All(kept, e => Assert.Equal((incident.Id, At), (e.IncidentId, e.At)));
        Assert.Equal([(EvidenceKind.Closed, 3), (EvidenceKind.LastGood, 3), (EvidenceKind.Opened, IncidentEvidence.MaxSize)], kept.Select(e => (e.Kind, e.Data.Length)).OrderBy(e => e.Kind.ToString()));
        Assert.All(kept, e => Assert.All(e.Data, one => Assert.Equal((byte)e.Kind, one)));

        await ReadAsync(db => db.Monitors.Where(m => m.Id == monitor.Id).ExecuteDeleteAsync(Ct));
        Assert.Empty(await KeptAsync());
    }

    [Fact]
    public async Task Record_BadRow_LeavesNoEvidence()
    {
        var (good, bad) = (await AddMonitorAsync(), await AddMonitorAsync());
        var evidence = new Evidence(EvidenceKind.Opened, At, [1]);
        await Incidents.RecordAsync([Down(good) with { Evidence = [evidence] }, Down(bad, httpStatus: 5000) with { Evidence = [evidence] }], Ct);
        Assert.Equal(Assert.Single(await IncidentsAsync()).Id, Assert.Single(await ReadAsync(db => db.Evidence.ToListAsync(Ct))).IncidentId);
    }

    [Fact]
    public async Task Record_TwoStoresRacing_OpenOnce()
    {
        for (var round = 0; round < 5; round++)
        {
            var monitors = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AddMonitorAsync()));
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(racer => Task.Run(() => Incidents.RecordAsync(
                [.. (racer % 2 == 0 ? monitors : monitors.Reverse()).Select(m => Down(m))], Ct), Ct)));

            Assert.All(outcomes.SelectMany(o => o), o => Assert.Null(o.Failure));
            Assert.Equal(5, outcomes.SelectMany(o => o).Count(o => o.AlertId is not null));
            Assert.Equal(5 * (round + 1), (await IncidentsAsync()).Count);
            Assert.Equal(5 * (round + 1), (await AlertsAsync()).Count);
        }
    }

    [Fact]
    public async Task Record_WhileTheMonitorIsBeingChanged_WaitsAndIsStale()
    {
        var monitor = await AddMonitorAsync();
        await using var db = Factory.CreateDbContext();
        await using var change = await db.Database.BeginTransactionAsync(Ct);
        (await db.LockMonitors([monitor.Id]).SingleAsync(Ct)).Version++;
        await db.SaveChangesAsync(Ct);

        var record = Task.Run(() => RecordAsync(Down(monitor)), Ct);
        // Waiting cannot be observed directly; without the lock it would be done long before.
        await Task.WhenAny(record, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Ct));
        Assert.False(record.IsCompleted);
        await change.CommitAsync(Ct);

        Assert.Equal(new TransitionOutcome(true, null, null), await record);
        Assert.Empty(await IncidentsAsync());
    }

    [Fact]
    public async Task CloseQuietly_EndsWithoutAlert_AndCancelsPendingOnes()
    {
        var (disabled, other) = (await AddMonitorAsync(), await AddMonitorAsync());
        await Incidents.RecordAsync([Down(disabled), Down(other)], Ct);

        await using (var db = Factory.CreateDbContext())
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            await IncidentStore.CloseQuietlyAsync(db, disabled.Id, At.AddHours(1), Ct);
            await transaction.CommitAsync(Ct);
        }

        var ends = (await IncidentsAsync()).ToDictionary(i => i.MonitorId, i => i.EndTime);
        Assert.Equal((At.AddHours(1), null), (ends[disabled.Id], ends[other.Id]));
        var alerts = (await AlertsAsync()).ToDictionary(a => a.MonitorId, a => (a.Kind, a.Status));
        Assert.Equal((AlertKind.Down, AlertStatus.Cancelled), alerts[disabled.Id]);
        Assert.Equal((AlertKind.Down, AlertStatus.Pending), alerts[other.Id]);
    }

    [Fact]
    public async Task CloseQuietly_BeforeItsStart_EndsAtItsStart()
    {
        var monitor = await AddMonitorAsync();
        await RecordAsync(Down(monitor));
        await using var db = Factory.CreateDbContext();
        await IncidentStore.CloseQuietlyAsync(db, monitor.Id, At.AddMinutes(-1), Ct);
        Assert.Equal(At, Assert.Single(await IncidentsAsync()).EndTime);
    }
}
