using Monit.Core.Alerts;
using Monit.Core.Checks;
using Monit.Core.Monitors;
using Monit.Testing;

namespace Monit.IntegrationTests.Worker;

/// <summary>One check's journey through the real pipeline.</summary>
public sealed class JourneyTests(LocalStores stores) : IAsyncLifetime
{
    private readonly ScriptedTarget _target = new();
    private WorkerHarness _worker = null!;

    public async ValueTask InitializeAsync() => _worker = await WorkerHarness.StartAsync(stores);

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task NewMonitor_IsCheckedAtOnce_ThenJoinsItsPhase()
    {
        var monitor = await _worker.AddAsync(_target.Url, intervalSec: 3600);
        var view = await _worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.Equal(Cadence.Phase(monitor.Id, TimeSpan.FromHours(1)), view.NextCheckAt!.Value % 3_600_000);
        Assert.Equal(200, view.Status!.Value.HttpStatus);
        await _worker.SettleAsync();
        Assert.Single(_target.Requests);
    }

    [Fact]
    public async Task Outage_OpensOneIncidentAtTheFirstFailure_AndRecoveryClosesIt()
    {
        var monitor = await _worker.AddAsync(_target.Url);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);

        _target.Answer = ScriptedTarget.Status(500);
        var failing = await _worker.StateAsync(monitor.Id, MonitorState.Failing);
        Assert.Equal((500, FailureReason.UnexpectedStatus), (failing.Status!.Value.HttpStatus, failing.Status.Value.Reason));
        var down = await _worker.StateAsync(monitor.Id, MonitorState.Down);
        var incident = Assert.Single(await _worker.IncidentsAsync(monitor.Id));
        Assert.Equal(failing.Incident.FirstFailureAt, incident.StartTime.ToUnixTimeMilliseconds());
        Assert.Equal(("UNEXPECTED_STATUS", 500, true), (incident.Reason, incident.HttpStatus, incident.Alerted));
        Assert.True(down.Incident.DbIncident);

        _target.Answer = ScriptedTarget.Status(200);
        var up = await _worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.True(up.Incident.IsHealthy);
        incident = Assert.Single(await _worker.IncidentsAsync(monitor.Id));
        Assert.True(incident.EndTime <= DateTimeOffset.FromUnixTimeMilliseconds(up.Status!.Value.CheckedAt));

        var alerts = await _worker.AlertsAsync(monitor.Id);
        Assert.Equal([AlertKind.Down, AlertKind.Recovery], alerts.Select(a => a.Kind));
        await Eventually.True(() => alerts.All(a => _worker.Alerts.Ids.Contains(a.Id)), "both alerts are dispatched");
    }

    [Fact]
    public async Task NetworkError_LeavesTheStatusEmpty_AndTheIncidentIsWritten()
    {
        _target.Stop();
        var monitor = await _worker.AddAsync(_target.Url);
        await _worker.StateAsync(monitor.Id, MonitorState.Down);
        var incident = Assert.Single(await _worker.IncidentsAsync(monitor.Id));
        Assert.Equal(("NETWORK_ERROR", null), (incident.Reason, incident.HttpStatus));
    }

    [Fact]
    public async Task FailingMonitor_KeepsItsCadence()
    {
        _target.Answer = ScriptedTarget.Status(500);
        var monitor = await _worker.AddAsync(_target.Url, intervalSec: 3600);
        var view = await _worker.StateAsync(monitor.Id, MonitorState.Failing);
        Assert.Equal(Cadence.Phase(monitor.Id, TimeSpan.FromHours(1)), view.NextCheckAt!.Value % 3_600_000);
        await _worker.SettleAsync();
        Assert.Single(_target.Requests);
    }

    [Fact]
    public async Task RetryableFailure_IsRetriedQuickly_ThenReturnsToItsPhase()
    {
        _target.Answer = ScriptedTarget.Text("garbage\r\n\r\n");
        var monitor = await _worker.AddAsync(_target.Url, intervalSec: 3600);
        var view = await Eventually.Get(() => _worker.ViewAsync(monitor.Id), v => v.Incident.FailureCount == 1, "counted once");
        await _worker.SettleAsync();
        Assert.Equal(3, _target.Requests.Count);
        Assert.Equal(Cadence.Phase(monitor.Id, TimeSpan.FromHours(1)), view.NextCheckAt!.Value % 3_600_000);
    }

    [Fact]
    public async Task UnparsableUrlInTheDatabase_IsParkedWithAnIncident()
    {
        var monitor = await _worker.AddAsync("not a url");
        var view = await _worker.StateAsync(monitor.Id, MonitorState.Parked);
        Assert.Equal(FailureReason.InvalidRequest, view.Status!.Value.Reason);
        Assert.InRange(view.NextCheckAt!.Value - view.Status.Value.CheckedAt, 59_000, 65_000);
        Assert.Equal("INVALID_REQUEST", Assert.Single(await _worker.IncidentsAsync(monitor.Id)).Reason);
        Assert.Single(await _worker.AlertsAsync(monitor.Id));
    }

    [Fact]
    public async Task ParkedMonitor_WithACorrectedUrl_IsUpAtOnce()
    {
        var monitor = await _worker.AddAsync("http://");
        await _worker.StateAsync(monitor.Id, MonitorState.Parked);
        await _worker.ChangeAsync(monitor.Id, m => m.Url = _target.Url);
        await _worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.NotNull(Assert.Single(await _worker.IncidentsAsync(monitor.Id)).EndTime);
    }

    [Fact]
    public async Task TimeOut_IsTheMonitorsOwn_AlsoBeyondTheLease()
    {
        _target.Answer = async (stream, request, ct) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1500), TimeProvider.System, ct);
            return await ScriptedTarget.Status(200)(stream, request, ct);
        };
        await using var shortLease = await WorkerHarness.StartAsync(stores, settings: new() { ["Scheduler:VisibilityTimeout"] = "00:00:01" });
        var monitor = await shortLease.AddAsync(_target.Url, intervalSec: 3600, timeoutSec: 5);
        var view = await shortLease.StateAsync(monitor.Id, MonitorState.Up);
        // Less what a timer may be early.
        Assert.InRange(view.Status!.Value.LatencyMs!.Value, 1480, 5000);
        await shortLease.SettleAsync();
        Assert.Single(_target.Requests);
    }
}
