using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.EntityFrameworkCore;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Reports;
using Monit.Core.Incidents;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.Api;

/// <summary>An incident says why it is one, to its owner and to nobody else.</summary>
public abstract class IncidentsSayWhyTests(ApiFixture api)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly ApiHost _host = api.Host;

    [Fact]
    public async Task Incident_HasEvidenceAndTimeline()
    {
        var user = await _host.NewUserAsync();
        var monitor = await user.NewMonitorAsync();
        var (good, bad, again) = (Report("up", null, "fine"), Report("down", "UNEXPECTED_STATUS", "broken"), Report("up", null, "fine again"));
        await RecordAsync(new Transition(monitor, 1, Start, FailureReason.UnexpectedStatus, 500, 12)
        {
            Detail = "expected status 200, got 500",
            Evidence = [new(EvidenceKind.Opened, Start.AddMinutes(2), EvidenceFile.Encode(bad)), new(EvidenceKind.LastGood, Start.AddMinutes(-1), EvidenceFile.Encode(good))],
        });
        var id = await IncidentOfAsync(user, monitor);
        var open = await user.GetAsync($"/incidents/{id}");
        Assert.Equal(("down", "UNEXPECTED_STATUS", "expected status 200, got 500", "500", "12"),
            (open.Text("severity"), open.Text("reason"), open.Text("detail"), open.Text("http_status"), open.Text("latency_ms")));
        Assert.Equal(("broken", "fine"), (open.Text("evidence.opened.body"), open.Text("evidence.last_good.body")));
        Assert.Equal(("2026-11-20T12:02:00Z", "2026-11-20T11:59:00Z"), (open.Text("evidence.opened.at"), open.Text("evidence.last_good.at")));
        Assert.True(open.IsNull("evidence.closed") && open.IsNull("ended_at"), $"{open}");
        Assert.Equal(["failed 12:00", "opened 12:02", "alert 12:02"], Timeline(open));

        await RecordAsync(new Transition(monitor, 1, Start.AddMinutes(5), null, 200, 3) { Evidence = [new(EvidenceKind.Closed, Start.AddMinutes(6), EvidenceFile.Encode(again))] });
        await _host.DbAsync(db => db.Alerts.Where(a => a.IncidentId == id && a.Kind == Monit.Core.Alerts.AlertKind.Down).ExecuteUpdateAsync(set => set
            .SetProperty(a => a.Status, Monit.Core.Alerts.AlertStatus.Delivered).SetProperty(a => a.DeliveredAt, Start.AddMinutes(3))));
        var closed = await user.GetAsync($"/incidents/{id}");
        Assert.Equal("fine again", closed.Text("evidence.closed.body"));
        Assert.Equal(["failed 12:00", "opened 12:02", "alert 12:03", "recovered 12:05", "alert 12:05"], Timeline(closed));
        Assert.Equal(("down", "delivered", "up", "pending"), (closed["timeline"][2].GetProperty("alert").GetProperty("kind").GetString(), closed["timeline"][2].GetProperty("alert").GetProperty("status").GetString(),
            closed["timeline"][4].GetProperty("alert").GetProperty("kind").GetString(), closed["timeline"][4].GetProperty("alert").GetProperty("status").GetString()));
        Assert.Equal("UNEXPECTED_STATUS", closed["timeline"][0].GetProperty("detail").GetString());
        Matches(await Contract.ReadAsync(_host), closed);
    }

    [Fact]
    public async Task Incident_OfADegradedMonitor_SaysSo_AsDoItsAlerts()
    {
        var user = await _host.NewUserAsync();
        var monitor = await user.NewMonitorAsync();
        await RecordAsync(new Transition(monitor, 1, Start, FailureReason.AssertionFailed, 200, 900) { Severity = Severity.Degraded, Detail = "expected latency lt 500, got 900" });
        foreach (var listed in new[] { await user.GetAsync("/incidents"), await user.GetAsync($"/monitors/{monitor}/incidents?state=open") })
            Assert.Equal(("degraded", "ASSERTION_FAILED", "expected latency lt 500, got 900"), (listed.Items[0].GetProperty("severity").GetString(),
                listed.Items[0].GetProperty("reason").GetString(), listed.Items[0].GetProperty("detail").GetString()));
        var id = await IncidentOfAsync(user, monitor);
        Assert.Equal("degraded", (await user.GetAsync($"/incidents/{id}")).Text("severity"));
        Assert.Equal("degraded", Assert.Single((await user.GetAsync($"/incidents/{id}/alerts")).Items).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Incident_WithoutEvidence_OrWithEvidenceThatCannotBeRead_IsShown()
    {
        var user = await _host.NewUserAsync();
        var monitor = await user.NewMonitorAsync();
        await RecordAsync(new Transition(monitor, 1, Start, FailureReason.Timeout, null, null) { Evidence = [new(EvidenceKind.Opened, Start, [1, 2, 3])] });
        var shown = await user.GetAsync($"/incidents/{await IncidentOfAsync(user, monitor)}");
        Assert.True(shown.Status == 200 && shown.IsNull("evidence.opened") && shown.IsNull("evidence.last_good") && shown.IsNull("detail"), $"{shown}");
        Assert.Equal(["failed 12:00", "opened 12:00", "alert 12:00"], Timeline(shown));
    }

    [Fact]
    public async Task Incident_OfAMonitorThatWasPaused_DidNotRecover()
    {
        var user = await _host.NewUserAsync();
        var monitor = await user.NewMonitorAsync();
        await RecordAsync(new Transition(monitor, 1, Start, FailureReason.Timeout, null, null));
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{monitor}", new { enabled = false })).Status);
        var shown = await user.GetAsync($"/incidents/{await IncidentOfAsync(user, monitor)}");
        Assert.Equal(["failed", "opened", "alert", "closed"], shown["timeline"].EnumerateArray().Select(entry => entry.GetProperty("what").GetString()));
        Assert.Equal("cancelled", shown["timeline"][2].GetProperty("alert").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Incident_OfSomebodyElse_IsNotThere()
    {
        var (user, other) = (await _host.NewUserAsync(), await _host.NewUserAsync());
        var monitor = await user.NewMonitorAsync();
        await RecordAsync(new Transition(monitor, 1, Start, FailureReason.Timeout, null, null) { Evidence = [new(EvidenceKind.Opened, Start, EvidenceFile.Encode(Report("down", "TIMEOUT", "private")))] });
        var id = await IncidentOfAsync(user, monitor);
        foreach (var path in new[] { $"/incidents/{id}", $"/incidents/{id}/alerts", $"/incidents/{Guid.Empty}" })
            Assert.DoesNotContain("private", (await other.GetAsync(path)).IsProblem(404, "not_found").Content, StringComparison.Ordinal);
        (await _host.Anonymous.GetAsync($"/incidents/{id}")).IsProblem(401, "unauthorized");
        Assert.Equal(200, (await user.GetAsync($"/incidents/{id}")).Status);
    }

    private static void Matches(Contract contract, Answer answer) => contract.Matches(contract.Operations.Single(o => $"{o}" == "GET /incidents/{id}"), answer);

    private async Task RecordAsync(Transition transition) =>
        Assert.Null((await _host.App.Services.GetRequiredService<IncidentStore>().RecordAsync([transition])).Single().Failure);

    private static async Task<Guid> IncidentOfAsync(Caller user, Guid monitor) => (await user.GetAsync($"/monitors/{monitor}/incidents")).Ids.Single();

    private static IEnumerable<string> Timeline(Answer answer) => answer["timeline"].EnumerateArray()
        .Select(entry => $"{entry.GetProperty("what").GetString()} {entry.GetProperty("at").GetString()![11..16]}");

    private static CheckReport Report(string state, string? reason, string body) => new(
        reason is null, state, reason, null, new PhaseTimes(null, 1, null, 2, 3, 6), "192.0.2.7", 200, "1.1",
        new Dictionary<string, string> { ["content-type"] = "text/plain" }, body, new CertificateReport("CN=a", "CN=b", ["a"], Start, 3, null),
        [new AssertionReport("json", "$.ok", "eq", JsonSerializer.SerializeToElement(true), "down", reason is null, "true"), new AssertionReport("body", null, "exists", null, "degraded", true, null)]);
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresIncidentsSayWhyTests(PostgresApi api) : IncidentsSayWhyTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteIncidentsSayWhyTests(SqliteApi api) : IncidentsSayWhyTests(api);
