using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.IntegrationTests.Api;

public abstract class ListTests(ApiFixture api)
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ApiHost _host = api.Host;

    [Fact]
    public async Task Monitors_Paged_InOrderOfCreationByOffsetAndByCursor()
    {
        var user = await _host.NewUserAsync(paid: true);
        await (await _host.NewUserAsync()).NewMonitorAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            ids.Add(await user.NewMonitorAsync());
        }
        // Monitors created in the same millisecond may be in either order, but the order is stable.
        ids.Sort();

        var first = await user.GetAsync("/monitors");
        Assert.Equal((12, 10, 0), (first["total"].GetInt32(), first["limit"].GetInt32(), first["offset"].GetInt32()));
        Assert.Equal(ids[..10], first.Ids);
        var second = await user.GetAsync($"/monitors?cursor={first.Text("next_cursor")}");
        Assert.Equal(ids[10..], second.Ids);
        Assert.True(second.IsNull("next_cursor"));
        Assert.Equal(ids[3..5], (await user.GetAsync("/monitors?limit=2&offset=3")).Ids);
        Assert.True((await user.GetAsync("/monitors?limit=12")).IsNull("next_cursor"));

        var pending = await user.GetAsync("/monitors?state=pending&limit=7");
        Assert.Equal(ids[..7], pending.Ids);
        Assert.Equal(ids[7..], (await user.GetAsync($"/monitors?state=pending&limit=7&cursor={pending.Text("next_cursor")}")).Ids);
    }

    [Fact]
    public async Task Monitors_ByEnabledStateAndText_OnlyThoseThatMatch()
    {
        var user = await _host.NewUserAsync();
        Task<Guid> New(string name, bool enabled = true) =>
            user.NewMonitorAsync(new { name, url = $"https://{name}.example.com/", interval_sec = 60, enabled });
        var (pending, up, failing, down, parked, paused) = (await New("Pending"), await New("Up"), await New("Failing"),
            await New("Down"), await New("Parked"), await New("Paused", false));
        await _host.SetAsync(up, new(MonitorState.Up, 200, 12, null, 1000), default);
        await _host.SetAsync(failing, new(MonitorState.Failing, 500, 12, FailureReason.UnexpectedStatus, 1000), new(0, 1, 1000, false, false));
        await _host.OpenIncidentAsync(down);
        await _host.SetAsync(parked, new(MonitorState.Parked, null, null, FailureReason.DnsFailure, 1000), new(1, 2, 1000, true, true));

        foreach (var (state, id) in new[] { ("pending", pending), ("up", up), ("failing", failing), ("down", down), ("parked", parked), ("paused", paused) })
        {
            var found = await user.GetAsync($"/monitors?state={state}");
            Assert.Equal([id], found.Ids);
            Assert.Equal(1, found["total"].GetInt32());
            Assert.Equal(state, (await user.GetAsync($"/monitors/{id}/status")).Text("state"));
        }
        Assert.Equal([paused], (await user.GetAsync("/monitors?enabled=false")).Ids);
        Assert.Equal(5, (await user.GetAsync("/monitors?enabled=true"))["total"].GetInt32());
        Assert.Equal(0, (await user.GetAsync("/monitors?enabled=true&state=paused"))["total"].GetInt32());
        Assert.Equal([failing], (await user.GetAsync("/monitors?q=fAILing")).Ids);
        Assert.Equal(6, (await user.GetAsync("/monitors?q=.EXAMPLE.com"))["total"].GetInt32());
        Assert.Empty((await user.GetAsync("/monitors?q=%25")).Items);

        var status = await user.GetAsync($"/monitors/{failing}/status");
        Assert.Equal(("500", "12", "UNEXPECTED_STATUS", "1970-01-01T00:00:01Z", "0"), (status.Text("http_status"),
            status.Text("latency_ms"), status.Text("reason"), status.Text("checked_at"), status.Text("failure_count")));
        Assert.EndsWith("Z", status.Text("next_check_at"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Monitors_ByTagAndKind_OnlyThoseThatMatch()
    {
        var user = await _host.NewUserAsync();
        Task<Guid> New(string url, params string[] tags) => user.NewMonitorAsync(new { url, interval_sec = 60, tags });
        var (both, one, none) = (await New("https://a.example.com/", "shop", "EU, %_'\"é"), await New("HTTP://b.example.com/", " shop "), await New("https://shop.example.com/"));
        await (await _host.NewUserAsync()).NewMonitorAsync(new { url = "https://a.example.com/", interval_sec = 60, tags = (string[])["shop"] });

        Assert.Equal([both, one], (await user.GetAsync("/monitors?tag=shop")).Ids);
        Assert.Equal([both], (await user.GetAsync($"/monitors?tag={Uri.EscapeDataString("EU, %_'\"é")}")).Ids);
        Assert.Equal([both], (await user.GetAsync($"/monitors?tag={Uri.EscapeDataString("EU, %_'\"e\u0301")}")).Ids);
        Assert.Equal([one], (await user.GetAsync("/monitors?tag=shop&q=b.example")).Ids);
        // Exactly that tag, in its case.
        foreach (var other in (string[])["Shop", "sho", "shops", "%25", "EU"])
            Assert.Equal(0, (await user.GetAsync($"/monitors?tag={other}"))["total"].GetInt32());
        Assert.Equal([both, one, none], (await user.GetAsync("/monitors?kind=http")).Ids);
        Assert.Equal([one], (await user.GetAsync("/monitors?kind=http&tag=shop&state=pending&sort=name&limit=1&offset=1")).Ids);
    }

    [Fact]
    public async Task Monitors_Sorted_TheSamePagesByOffsetAndByCursor()
    {
        var user = await _host.NewUserAsync(paid: true);
        string?[] names = ["beta", null, "Alpha", "ärger", "alpha", "Zeta", "BETA", null, "_", new string('x', 200)];
        var ids = new List<Guid>();
        foreach (var name in names)
            ids.Add(await user.NewMonitorAsync(new { name, url = "https://example.com/", interval_sec = 60 }));
        await user.SendAsync("PATCH", $"/monitors/{ids[0]}", new { enabled = false });
        await _host.SetAsync(ids[1], new(MonitorState.Up, 200, 12, null, 1000), default);
        await _host.SetAsync(ids[2], new(MonitorState.Degraded, 200, 12, FailureReason.AssertionFailed, 1000), new IncidentState { DegradedCount = 1 });
        await _host.SetAsync(ids[3], new(MonitorState.Failing, 500, 12, FailureReason.UnexpectedStatus, 1000), new(0, 1, 1000, false, false));
        await _host.OpenIncidentAsync(ids[4]);
        await _host.SetAsync(ids[5], new(MonitorState.Parked, null, null, FailureReason.DnsFailure, 1000), new(1, 2, 1000, true, true));
        await _host.SetAsync(ids[6], new(MonitorState.Up, 200, 12, null, 1000), default);

        // By creation where the rest is the same. Those without a name are last, in any database.
        List<Guid> byName = [ids[2], ids[4], ids[0], ids[6], ids[9], ids[5], ids[8], ids[3], ids[1], ids[7]];
        List<Guid> byState = [ids[4], ids[5], ids[3], ids[2], ids[7], ids[8], ids[9], ids[1], ids[6], ids[0]];
        foreach (var (sort, expected) in new[] { ("created_at", ids), ("name", byName), ("state", byState) })
        {
            Assert.Equal(expected, (await user.GetAsync($"/monitors?sort={sort}&limit=200")).Ids);
            Assert.Equal(expected[3..5], (await user.GetAsync($"/monitors?sort={sort}&limit=2&offset=3")).Ids);
            var (paged, cursor) = (new List<Guid>(), "");
            do
            {
                var page = await user.GetAsync($"/monitors?sort={sort}&limit=3{cursor}");
                Assert.Equal(10, page["total"].GetInt32());
                paged.AddRange(page.Ids);
                cursor = page.IsNull("next_cursor") ? "" : $"&cursor={page.Text("next_cursor")}";
                foreach (var other in (string[])["created_at", "name", "state"])
                    if (cursor.Length > 0 && other != sort)
                        (await user.GetAsync($"/monitors?sort={other}{cursor}")).IsProblem(400, "validation_failed", "cursor");
                if (cursor.Length > 0 && sort != "created_at")
                    (await user.GetAsync($"/incidents?{cursor}")).IsProblem(400, "validation_failed", "cursor");
            }
            while (cursor.Length > 0);
            Assert.Equal(expected, paged);
        }
        Assert.Equal([ids[2]], (await user.GetAsync("/monitors?state=degraded")).Ids);
        Assert.Equal([ids[7], ids[8], ids[9]], (await user.GetAsync("/monitors?state=pending")).Ids);
        Assert.Equal([ids[9], ids[8], ids[7]], (await user.GetAsync("/monitors?state=pending&sort=name")).Ids);
    }

    [Fact]
    public async Task Status_Degraded_SaysWhatWasExpected()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        const string detail = "expected latency lt 100, got 250";
        await _host.SetAsync(id, new(MonitorState.Degraded, 200, 250, FailureReason.AssertionFailed, 1000, detail), new IncidentState { DegradedCount = 3, DbIncident = true, Severity = Severity.Degraded });
        var status = await user.GetAsync($"/monitors/{id}/status");
        Assert.Equal(("degraded", "ASSERTION_FAILED", detail), (status.Text("state"), status.Text("reason"), status.Text("detail")));

        // From SQL, where Redis is away.
        await using var host = await api.StartWithoutRedisAsync();
        user = await host.NewUserAsync();
        id = await user.NewMonitorAsync();
        var at = TimeProvider.System.GetUtcNow();
        await host.DbAsync(async db =>
        {
            db.Incidents.Add(new MonitorIncident
            {
                Id = Guid.CreateVersion7(), MonitorId = id, StartTime = at, CreatedAt = at, Reason = "ASSERTION_FAILED", Severity = Severity.Degraded, Detail = detail,
            });
            return await db.SaveChangesAsync();
        });
        status = await user.GetAsync($"/monitors/{id}/status");
        Assert.Equal(("degraded", "ASSERTION_FAILED", detail), (status.Text("state"), status.Text("reason"), status.Text("detail")));
    }

    [Fact]
    public async Task Incidents_Paged_InAStableOrderByOffsetAndByCursor()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        var others = new[] { await user.NewMonitorAsync(), await user.NewMonitorAsync(), await user.NewMonitorAsync() };
        for (var hour = 0; hour < 5; hour++)
        {
            await _host.OpenIncidentAsync(id, at: Noon.AddHours(hour));
            await _host.CloseIncidentAsync(id, Noon.AddHours(hour).AddMinutes(5));
        }
        // At the same instant, so that only their ids keep them in order.
        foreach (var other in others)
            await _host.OpenIncidentAsync(other, at: Noon.AddHours(2));

        foreach (var (path, count) in new[] { ("/incidents?", 8), ($"/monitors/{id}/incidents?", 5), ("/incidents?state=closed&", 5) })
        {
            var all = (await user.GetAsync($"{path}limit=200")).Ids.ToList();
            Assert.Equal(count, all.Count);
            var (paged, cursor) = (new List<Guid>(), "");
            do
            {
                var page = await user.GetAsync($"{path}limit=1{cursor}");
                Assert.Equal((count, 1, 0), (page["total"].GetInt32(), page["limit"].GetInt32(), page["offset"].GetInt32()));
                paged.AddRange(page.Ids);
                cursor = page.IsNull("next_cursor") ? "" : $"&cursor={page.Text("next_cursor")}";
            }
            while (cursor.Length > 0);
            Assert.Equal(all, paged);
            Assert.Equal(all[2..4], (await user.GetAsync($"{path}limit=2&offset=2")).Ids);
        }
        // A cursor belongs to one kind of list, and says where the page begins.
        var next = (await user.GetAsync("/incidents?limit=1")).Text("next_cursor");
        (await user.GetAsync($"/monitors?cursor={next}")).IsProblem(400, "validation_failed", "cursor");
        (await user.GetAsync($"/incidents?cursor={next}&offset=1")).IsProblem(400, "validation_failed", "cursor");
    }

    [Theory]
    [InlineData("/monitors", "limit", "+1")]
    [InlineData("/monitors", "limit", "%201")]
    [InlineData("/monitors", "limit", "1&limit=1")]
    [InlineData("/monitors", "q", "a&q=b")]
    [InlineData("/monitors", "cursor", "!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("/monitors", "cursor", "AAAAAAAAAAAAAAAAAAAAA%20")]
    [InlineData("/monitors", "cursor", "")]
    [InlineData("/incidents", "cursor", "xyz")]
    [InlineData("/incidents", "cursor", "________________________________")]
    [InlineData("/incidents", "offset", "2147483648")]
    [InlineData("/incidents", "state", "")]
    [InlineData("/monitors", "limit", "0")]
    [InlineData("/monitors", "limit", "201")]
    [InlineData("/monitors", "limit", "ten")]
    [InlineData("/monitors", "offset", "-1")]
    [InlineData("/monitors", "offset", "99999999999")]
    [InlineData("/monitors", "cursor", "xyz")]
    [InlineData("/monitors", "enabled", "yes")]
    [InlineData("/monitors", "state", "asleep")]
    [InlineData("/monitors", "q", "%00")]
    [InlineData("/monitors", "kind", "ftp")]
    [InlineData("/monitors", "kind", "")]
    [InlineData("/monitors", "tag", "")]
    [InlineData("/monitors", "tag", "%0a")]
    [InlineData("/monitors", "tag", "a&tag=b")]
    [InlineData("/monitors", "sort", "url")]
    [InlineData("/monitors", "sort", "Name")]
    [InlineData("/monitors", "cursor", "8TAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("/incidents", "limit", "201")]
    [InlineData("/incidents", "state", "ajar")]
    public async Task List_BadParameter_IsNamed(string path, string parameter, string value) =>
        (await (await _host.NewUserAsync()).GetAsync($"{path}?{parameter}={value}")).IsProblem(400, "validation_failed", parameter);

    [Fact]
    public async Task Incidents_NewestFirst_OfTheCallerOnly()
    {
        var (user, other) = (await _host.NewUserAsync(), await _host.NewUserAsync());
        var (first, second) = (await user.NewMonitorAsync(), await user.NewMonitorAsync());
        await _host.OpenIncidentAsync(await other.NewMonitorAsync());
        await _host.OpenIncidentAsync(first, at: Noon);
        await _host.CloseIncidentAsync(first, Noon.AddMinutes(5));
        await _host.OpenIncidentAsync(first, at: Noon.AddHours(2));
        await _host.OpenIncidentAsync(second, at: Noon.AddHours(1));

        var all = await user.GetAsync("/incidents");
        Assert.Equal([first, second, first], all.Items.Select(i => i.GetProperty("monitor_id").GetGuid()));
        Assert.Equal(3, all["total"].GetInt32());
        Assert.Equal(2, (await user.GetAsync("/incidents?state=open"))["total"].GetInt32());
        var closed = Assert.Single((await user.GetAsync($"/monitors/{first}/incidents?state=closed")).Items);
        // No alert has been delivered.
        Assert.Equal(("2026-05-01T12:00:00Z", "2026-05-01T12:05:00Z", "TIMEOUT", 15000, false), (
            closed.GetProperty("started_at").GetString(), closed.GetProperty("ended_at").GetString(), closed.GetProperty("reason").GetString(),
            closed.GetProperty("latency_ms").GetInt32(), closed.GetProperty("alerted").GetBoolean()));
        Assert.Equal([all.Ids.ElementAt(1)], (await user.GetAsync("/incidents?limit=1&offset=1")).Ids);
        Assert.Equal(2, (await user.GetAsync($"/monitors/{first}/incidents"))["total"].GetInt32());
    }

    [Theory]
    [InlineData("/monitors")]
    [InlineData("/incidents")]
    [InlineData("/users/profile")]
    public async Task List_Anonymous_Unauthorized(string path) => (await _host.Anonymous.GetAsync(path)).IsProblem(401, "unauthorized");
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresListTests(PostgresApi api) : ListTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteListTests(SqliteApi api) : ListTests(api);
