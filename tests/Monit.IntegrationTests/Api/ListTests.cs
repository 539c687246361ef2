using Monit.Core.Checks;
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
