using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

/// <summary>The API says of an incident that somebody was alerted when an alert was delivered, and shows what was given up.</summary>
public abstract class AlertedMeansDeliveredTests(ApiFixture api)
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ApiHost _host = api.Host;

    [Theory]
    [InlineData(AlertStatus.Pending, false, "pending")]
    [InlineData(AlertStatus.Sending, false, "pending")]
    [InlineData(AlertStatus.Delivered, true, "delivered")]
    [InlineData(AlertStatus.Failed, false, "failed")]
    [InlineData(AlertStatus.Undeliverable, false, "failed")]
    [InlineData(AlertStatus.Cancelled, false, "cancelled")]
    public async Task Alerted_IsDelivered(AlertStatus status, bool alerted, string shown)
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        await _host.OpenIncidentAsync(id, inRedis: false, at: Noon);
        await _host.DbAsync(async db =>
        {
            var alert = await db.Alerts.SingleAsync(a => a.MonitorId == id);
            (alert.Status, alert.LastError, alert.ClaimedUntil) = (status, status is AlertStatus.Failed ? "554 spam" : null, status is AlertStatus.Sending ? Noon : null);
            db.AlertAttempts.Add(new() { Id = Guid.CreateVersion7(), AlertId = alert.Id, Number = 1, Channel = "email", StartedAt = Noon.AddSeconds(1), DurationMs = 20, Error = "451 later" });
            db.AlertAttempts.Add(new() { Id = Guid.CreateVersion7(), AlertId = alert.Id, Number = 2, Channel = "email", StartedAt = Noon.AddSeconds(9), DurationMs = 30, Answer = "accepted" });
            return await db.SaveChangesAsync();
        });

        foreach (var path in (string[])["/incidents", $"/monitors/{id}/incidents"])
            Assert.Equal(alerted, Assert.Single((await user.GetAsync(path)).Items).GetProperty("alerted").GetBoolean());
        var incident = (await user.GetAsync("/incidents")).Ids.Single();
        var alerts = await user.GetAsync($"/incidents/{incident}/alerts");
        var one = Assert.Single(alerts.Items);
        Assert.Equal(("email", "down", shown), (one.GetProperty("channel").GetString(), one.GetProperty("kind").GetString(), one.GetProperty("status").GetString()));
        Assert.Equal(status is AlertStatus.Failed ? "554 spam" : null, one.GetProperty("last_error").GetString());
        Assert.Equal(["2026-05-01T12:00:01Z 20 451 later ", "2026-05-01T12:00:09Z 30  accepted"], one.GetProperty("attempts").EnumerateArray().Select(a =>
            $"{a.GetProperty("at").GetString()} {a.GetProperty("duration_ms").GetInt32()} {a.GetProperty("error").GetString()} {a.GetProperty("answer").GetString()}"));
        Assert.Equal(1, alerts["total"].GetInt32());

        (await (await _host.NewUserAsync()).GetAsync($"/incidents/{incident}/alerts")).IsProblem(404, "not_found");
        (await user.GetAsync($"/incidents/{Guid.CreateVersion7()}/alerts")).IsProblem(404, "not_found");
        (await _host.Anonymous.GetAsync($"/incidents/{incident}/alerts")).IsProblem(401, "unauthorized");
        (await user.GetAsync($"/incidents/{incident}/alerts?limit=201")).IsProblem(400, "validation_failed", "limit");
    }
}

[Collection(nameof(PostgresApi))]
public sealed class AlertedMeansDeliveredOnPostgres(PostgresApi api) : AlertedMeansDeliveredTests(api);

[Collection(nameof(SqliteApi))]
public sealed class AlertedMeansDeliveredOnSqlite(SqliteApi api) : AlertedMeansDeliveredTests(api);
