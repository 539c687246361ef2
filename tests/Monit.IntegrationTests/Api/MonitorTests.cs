using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

public abstract class MonitorTests(ApiFixture api)
{
    private readonly ApiHost _host = api.Host;

    [Fact]
    public async Task Create_OnlyTheRequired_FillsInTheDefaultsAndSchedulesAtOnce()
    {
        var user = await _host.NewUserAsync();
        var created = await user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 10 });

        Assert.Equal(201, created.Status);
        Assert.Equal($"/api/v1/monitors/{created.Guid("id")}", created.Headers["Location"]);
        Assert.Equal((9, 200, true), (created["timeout_sec"].GetInt32(), created["expected_status"].GetInt32(), created["enabled"].GetBoolean()));
        Assert.All(["name", "alert_email", "latency_threshold_ms"], field => Assert.True(created.IsNull(field)));
        Assert.EndsWith("Z", created.Text("created_at"), StringComparison.Ordinal);
        Assert.Equal("pending", created.Text("status.state"));

        var id = created.Guid("id");
        Assert.Equal("1 10000 9000 200 - https://example.com/", await _host.ConfigAsync(id));
        Assert.InRange((await _host.ViewAsync(id)).NextCheckAt!.Value, 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal((1, 1), await VersionsAsync(id));
        var got = await user.GetAsync($"/monitors/{id}");
        Assert.Equal(created.Text("created_at"), got.Text("created_at"));
    }

    [Fact]
    public async Task Create_EveryField_IsKept()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync(new
        {
            name = "Shop", url = "http://shop.example.com:8080/health?x=1", alert_email = "ops@example.com", interval_sec = 86400,
            timeout_sec = 60, latency_threshold_ms = 500, expected_status = 204, enabled = false,
        });
        var got = await user.GetAsync($"/monitors/{id}");
        Assert.Equal(("Shop", "http://shop.example.com:8080/health?x=1", "ops@example.com", "86400", "60", "500", "204", "False", "paused"),
            (got.Text("name"), got.Text("url"), got.Text("alert_email"), got.Text("interval_sec"), got.Text("timeout_sec"),
            got.Text("latency_threshold_ms"), got.Text("expected_status"), got.Text("enabled"), got.Text("status.state")));
        Assert.Null(await _host.ConfigAsync(id));
    }

    [Theory]
    [InlineData("url", "null")]
    [InlineData("url", "\"ftp://example.com\"")]
    [InlineData("url", "\"example.com\"")]
    [InlineData("url", "\"https://\"")]
    [InlineData("url", "\"https://user:password@example.com\"")]
    [InlineData("url", "\"https://exam ple.com\"")]
    [InlineData("interval_sec", "null")]
    [InlineData("interval_sec", "9")]
    [InlineData("interval_sec", "86401")]
    [InlineData("timeout_sec", "0")]
    [InlineData("timeout_sec", "61")]
    [InlineData("timeout_sec", "60")]
    [InlineData("latency_threshold_ms", "0")]
    [InlineData("expected_status", "99")]
    [InlineData("expected_status", "600")]
    [InlineData("alert_email", "\"nobody\"")]
    [InlineData("name", "\"\\u0000\"")]
    public async Task CreateAndPatch_BadField_IsNamed(string field, string value)
    {
        var user = await _host.NewUserAsync();
        var fields = new Dictionary<string, string> { ["url"] = "\"https://example.com\"", ["interval_sec"] = "60", [field] = value };
        var body = $"{{{string.Join(',', fields.Select(f => $"\"{f.Key}\":{f.Value}"))}}}";
        (await user.SendAsync("POST", "/monitors", body)).IsProblem(400, "validation_failed", field);
        Assert.Equal(0, (await user.GetAsync("/users/profile"))["monitors_count"].GetInt32());

        var id = await user.NewMonitorAsync();
        (await user.SendAsync("PATCH", $"/monitors/{id}", $$"""{"{{field}}":{{value}}}""")).IsProblem(400, "validation_failed", field);
        Assert.Equal((1, 1), await VersionsAsync(id));
    }

    [Fact]
    public async Task Create_TooLong_IsNamed()
    {
        var user = await _host.NewUserAsync();
        (await user.SendAsync("POST", "/monitors", new { url = "https://example.com/" + new string('x', 2029), interval_sec = 60 }))
            .IsProblem(400, "validation_failed", "url");
        (await user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60, name = new string('x', 201) }))
            .IsProblem(400, "validation_failed", "name");
    }

    [Fact]
    public async Task Create_InParallelOverTheQuota_NeverExceedsIt()
    {
        var user = await _host.NewUserAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ =>
            user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60 })));
        Assert.Equal(10, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a => a.IsProblem(403, "quota_exceeded"));
        Assert.Equal((10, 10), await _host.DbAsync(async db => (await db.Monitors.CountAsync(m => m.UserId == user.Id),
            await db.Users.Where(u => u.Id == user.Id).Select(u => u.MonitorsCount).SingleAsync())));
    }

    [Fact]
    public async Task Delete_MakesRoom_AndPaidAccountsHaveMore()
    {
        var user = await _host.NewUserAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => user.NewMonitorAsync()));
        Assert.Equal(204, (await user.SendAsync("DELETE", $"/monitors/{ids[0]}")).Status);
        await user.NewMonitorAsync();
        await _host.DbAsync(db => db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.IsPaidUser, true)));
        await user.NewMonitorAsync();
    }

    [Fact]
    public async Task Delete_TwiceAtOnce_CountsOnce()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        await user.NewMonitorAsync();
        var answers = await Task.WhenAll(user.SendAsync("DELETE", $"/monitors/{id}"), user.SendAsync("DELETE", $"/monitors/{id}"));
        Assert.Equal([204, 404], answers.Select(a => a.Status).Order());
        Assert.Equal(1, (await user.GetAsync("/users/profile"))["monitors_count"].GetInt32());
    }

    [Fact]
    public async Task Create_CallerHangsUp_LeavesNoUnscheduledMonitor()
    {
        var user = await _host.NewUserAsync(paid: true);
        // At many moments, because the critical one is between the commit and the update of Redis.
        for (var ms = 0; ms < 20; ms++)
        {
            using var hangUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(ms), TimeProvider.System);
            try
            {
                await user.SendUntilAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60 }, hangUp.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }
        await user.NewMonitorAsync();
        await Eventually.True(async () =>
        {
            var rows = await _host.DbAsync(db => db.Monitors.AsNoTracking().Where(m => m.UserId == user.Id).ToListAsync());
            var views = await _host.Schedule.ViewAsync([.. rows.Select(m => m.Id)]);
            return rows.Zip(views).All(m => m.First.SyncedVersion == 1 && m.Second.NextCheckAt is not null);
        }, "every monitor that was saved is scheduled");
    }

    [Fact]
    public async Task Patch_PartOfTheFields_LeavesTheOthersAndBringsRedisUpToDate()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync(new { name = "Shop", url = "https://example.com/", interval_sec = 60, latency_threshold_ms = 500 });
        var patched = await user.SendAsync("PATCH", $"/monitors/{id}", new { url = "https://example.com/new", expected_status = 204 });
        Assert.Equal((200, "Shop", "https://example.com/new", "60", "500"), (patched.Status, patched.Text("name"), patched.Text("url"),
            patched.Text("interval_sec"), patched.Text("latency_threshold_ms")));
        Assert.Equal("2 60000 15000 204 500 https://example.com/new", await _host.ConfigAsync(id));
        Assert.Equal((2, 2), await VersionsAsync(id));
        Assert.True(patched["updated_at"].GetDateTimeOffset() > patched["created_at"].GetDateTimeOffset());
    }

    [Theory]
    [InlineData("""{"name":"New"}""", 1)]
    [InlineData("""{"alert_email":"new@example.com"}""", 1)]
    [InlineData("""{"url":"https://example.com/"}""", 1)]
    [InlineData("""{"enabled":true}""", 1)]
    [InlineData("{}", 1)]
    [InlineData("""{"interval_sec":61}""", 2)]
    [InlineData("""{"timeout_sec":14}""", 2)]
    [InlineData("""{"latency_threshold_ms":1}""", 2)]
    [InlineData("""{"expected_status":201}""", 2)]
    [InlineData("""{"enabled":false}""", 2)]
    public async Task Patch_Version_RisesOnlyWhenTheCheckChanges(string body, int version)
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", body)).Status);
        Assert.Equal((version, version), await VersionsAsync(id));
    }

    [Fact]
    public async Task Patch_Null_ClearsTheOptionalAndIsRefusedForTheOthers()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync(new { name = "Shop", url = "https://example.com/", alert_email = "a@example.com", interval_sec = 60, latency_threshold_ms = 500 });
        var cleared = await user.SendAsync("PATCH", $"/monitors/{id}", """{"name":null,"alert_email":null,"latency_threshold_ms":null}""");
        Assert.All(["name", "alert_email", "latency_threshold_ms"], field => Assert.True(cleared.IsNull(field)));
        foreach (var field in (string[])["url", "interval_sec", "timeout_sec", "enabled"])
            (await user.SendAsync("PATCH", $"/monitors/{id}", $$"""{"{{field}}":null}""")).IsProblem(400, "validation_failed", field);
    }

    [Theory]
    [InlineData("""{"interval_sec":"60"}""", "interval_sec")]
    [InlineData("""{"enabled":0}""", "enabled")]
    [InlineData("""{"enable":false}""", "enable")]
    [InlineData("""{"latency_threshold_ms":"x"}""", "latency_threshold_ms")]
    [InlineData("""{"name":{}}""", "name")]
    [InlineData("""{"interval_sec":15}""", "timeout_sec")]
    public async Task Patch_WrongTypeOrWhole_IsNamed(string body, string field)
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        (await user.SendAsync("PATCH", $"/monitors/{id}", body)).IsProblem(400, "validation_failed", field);
    }

    [Fact]
    public async Task Patch_DisableAndEnable_ClosesQuietlyUnschedulesAndSchedulesAgain()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        await _host.OpenIncidentAsync(id);

        var paused = await user.SendAsync("PATCH", $"/monitors/{id}", """{"enabled":false}""");
        Assert.Equal(("False", "paused"), (paused.Text("enabled"), paused.Text("status.state")));
        Assert.True(await _host.IsGoneFromRedisAsync(id));
        var alert = await _host.DbAsync(db => db.Alerts.SingleAsync(a => a.MonitorId == id));
        Assert.Equal((AlertKind.Down, AlertStatus.Cancelled), (alert.Kind, alert.Status));
        var incident = Assert.Single((await user.GetAsync($"/monitors/{id}/incidents")).Items);
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, incident.GetProperty("ended_at").ValueKind);
        (await user.SendAsync("POST", $"/monitors/{id}/check")).IsProblem(409, "conflict");

        var enabled = await user.SendAsync("PATCH", $"/monitors/{id}", """{"enabled":true}""");
        Assert.Equal(("True", "pending"), (enabled.Text("enabled"), enabled.Text("status.state")));
        Assert.NotNull((await _host.ViewAsync(id)).NextCheckAt);
        Assert.Equal((3, 3), await VersionsAsync(id));
    }

    [Fact]
    public async Task Delete_LeavesNothing()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        await _host.OpenIncidentAsync(id);
        Assert.Equal(204, (await user.SendAsync("DELETE", $"/monitors/{id}")).Status);
        Assert.True(await _host.IsGoneFromRedisAsync(id));
        Assert.False(await _host.DbAsync(db => db.Alerts.AnyAsync(a => a.MonitorId == id)));
        Assert.False(await _host.DbAsync(db => db.Incidents.AnyAsync(i => i.MonitorId == id)));
        (await user.GetAsync($"/monitors/{id}")).IsProblem(404, "not_found");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/status")]
    [InlineData("GET", "/incidents")]
    [InlineData("POST", "/check")]
    public async Task Foreign_IsNotFoundAndUntouched_AndAnonymousIsUnauthorized(string method, string path)
    {
        var (owner, other) = (await _host.NewUserAsync(), await _host.NewUserAsync());
        var id = await owner.NewMonitorAsync();
        var body = method == "PATCH" ? new { enabled = false } : null;
        (await other.SendAsync(method, $"/monitors/{id}{path}", body)).IsProblem(404, "not_found");
        (await _host.Anonymous.SendAsync(method, $"/monitors/{id}{path}", body)).IsProblem(401, "unauthorized");
        Assert.Equal("True", (await owner.GetAsync($"/monitors/{id}")).Text("enabled"));
        Assert.Equal((1, 1), await VersionsAsync(id));
    }

    [Fact]
    public async Task Check_EvenWhileBeingChecked_IsDueAtOnce()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        await Eventually.True(async () => (await _host.Schedule.ClaimAsync(0, 2000, TimeSpan.FromSeconds(30))).Jobs.Any(j => j.Id == id), "claimed");
        Assert.Null((await _host.ViewAsync(id)).NextCheckAt);

        Assert.Equal(202, (await user.SendAsync("POST", $"/monitors/{id}/check")).Status);
        Assert.InRange((await _host.ViewAsync(id)).NextCheckAt!.Value, 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Check_AgainAndAgain_IsAcceptedAndDueOnceIn5s()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = 86_400 });
        Assert.Equal(202, (await user.SendAsync("POST", $"/monitors/{id}/check")).Status);
        var first = (await _host.ViewAsync(id)).NextCheckAt!.Value;
        for (var n = 0; n < 5; n++)
        {
            Assert.Equal(202, (await user.SendAsync("POST", $"/monitors/{id}/check")).Status);
            Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", new { expected_status = 200 + n })).Status);
        }
        // Busy machines take longer than that for what stands above.
        if (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() < first + 5000)
            Assert.Equal(first + 5000, (await _host.ViewAsync(id)).NextCheckAt);
    }

    [Fact]
    public async Task WithoutRedis_MonitorsAreSavedAndShownUnsynced()
    {
        await using var host = await api.StartWithoutRedisAsync();
        var user = await host.NewUserAsync();
        var created = await user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60 });
        Assert.Equal(201, created.Status);
        var id = created.Guid("id");
        Assert.Equal(0, await host.DbAsync(db => db.Monitors.Where(m => m.Id == id).Select(m => m.SyncedVersion).SingleAsync()));
        Assert.Equal("pending", (await user.GetAsync($"/monitors/{id}/status")).Text("state"));

        await host.OpenIncidentAsync(id, inRedis: false);
        var down = await user.GetAsync($"/monitors/{id}");
        Assert.Equal(("down", "TIMEOUT"), (down.Text("status.state"), down.Text("status.reason")));
        (await user.SendAsync("POST", $"/monitors/{id}/check")).IsProblem(503, "unavailable");
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", """{"enabled":false}""")).Status);
        Assert.Equal(204, (await user.SendAsync("DELETE", $"/monitors/{id}")).Status);
    }

    private Task<(long Version, long Synced)> VersionsAsync(Guid id) => _host.DbAsync(async db =>
    {
        var monitor = await db.Monitors.AsNoTracking().SingleAsync(m => m.Id == id);
        return (monitor.Version, monitor.SyncedVersion);
    });
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresMonitorTests(PostgresApi api) : MonitorTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteMonitorTests(SqliteApi api) : MonitorTests(api);
