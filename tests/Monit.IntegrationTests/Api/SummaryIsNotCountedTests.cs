using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Storage.History;
using Monit.Storage.Schedule;
using Microsoft.Extensions.DependencyInjection;

namespace Monit.IntegrationTests.Api;

/// <summary>The summary reads a few rows of its account, however many monitors there are.</summary>
public abstract class SummaryIsNotCountedTests(ApiFixture api)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly ApiHost _host = api.Host;

    private static Task<int> RecordAsync(ApiHost host, params StateChange[] changes) => host.App.Services.GetRequiredService<StateStore>().RecordAsync(changes, Ct);

    [Fact]
    public async Task Summary_NewAccount_IsZero()
    {
        var summary = await (await _host.NewUserAsync()).GetAsync("/summary");
        Assert.Equal(200, summary.Status);
        Assert.Equal("""{"total":0,"up":0,"degraded":0,"failing":0,"down":0,"parked":0,"pending":0,"paused":0}""", summary.Text("monitors"));
        Assert.Equal((0, 0), (summary["open_incidents"].GetInt32(), summary["missed_slots"].GetInt32()));
        (await _host.Anonymous.GetAsync("/summary")).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task Summary_CountsEachState_AndIncidentsOfBothSeverities_OfTheOwnAccountOnly()
    {
        var (user, other) = (await _host.NewUserAsync(paid: true), await _host.NewUserAsync());
        var ids = new List<Guid>();
        for (var i = 0; i < 9; i++)
            ids.Add(await user.NewMonitorAsync());
        await other.NewMonitorAsync();
        await RecordAsync(_host, [.. ids.Select((id, n) => new StateChange(id, (CountedState)n))]);
        await user.SendAsync("PATCH", $"/monitors/{ids[(int)CountedState.Paused]}", new { enabled = false });

        var summary = await user.GetAsync("/summary");
        Assert.Equal("""{"total":9,"up":1,"degraded":2,"failing":2,"down":1,"parked":1,"pending":1,"paused":1}""", summary.Text("monitors"));
        Assert.Equal(4, summary["open_incidents"].GetInt32());
        Assert.Equal("""{"total":1,"up":0,"degraded":0,"failing":0,"down":0,"parked":0,"pending":1,"paused":0}""", (await other.GetAsync("/summary")).Text("monitors"));
    }

    [Fact]
    public async Task Summary_FollowsCreateSwitchAndDelete()
    {
        var user = await _host.NewUserAsync();
        async Task<string> Now() => (await user.GetAsync("/summary")) is var s ? $"{s["monitors.total"]} {s["monitors.pending"]} {s["monitors.up"]} {s["monitors.paused"]}" : "";
        var id = await user.NewMonitorAsync();
        var paused = await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = 60, enabled = false });
        Assert.Equal("2 1 0 1", await Now());
        await RecordAsync(_host, new StateChange(id, CountedState.Up));
        Assert.Equal("2 0 1 1", await Now());
        // What changes nothing counts nothing.
        await user.SendAsync("PATCH", $"/monitors/{id}", new { enabled = true, name = "same" });
        Assert.Equal("2 0 1 1", await Now());
        await user.SendAsync("PATCH", $"/monitors/{id}", new { enabled = false });
        await user.SendAsync("PATCH", $"/monitors/{paused}", new { enabled = true });
        Assert.Equal("2 1 0 1", await Now());
        Assert.Equal(404, (await (await _host.NewUserAsync()).SendAsync("DELETE", $"/monitors/{id}")).Status);
        await user.SendAsync("DELETE", $"/monitors/{id}");
        Assert.Equal(404, (await user.SendAsync("DELETE", $"/monitors/{id}")).Status);
        Assert.Equal("1 1 0 0", await Now());
        Assert.Equal([SpanKind.Paused], await _host.DbAsync(db => db.MonitorSpans.Where(s => s.MonitorId == paused && s.ToTime != null).Select(s => s.Kind).ToListAsync(Ct)));
    }

    [Fact]
    public async Task Summary_ReadsNoTableThatGrowsWithTheMonitors()
    {
        await using var host = await api.StartAsync();
        var user = await host.NewUserAsync();
        await user.NewMonitorAsync();
        foreach (var table in (string[])["known_states", "monitor_spans", "monitor_incidents", "monitors"])
#pragma warning disable EF1002
            await host.DbAsync(db => db.Database.ExecuteSqlRawAsync($"ALTER TABLE {table} RENAME TO {table}_away", Ct));
#pragma warning restore EF1002
        Assert.NotEqual(200, (await user.GetAsync("/monitors")).Status);
        Assert.Equal(1, (await user.GetAsync("/summary"))["monitors.total"].GetInt32());
    }

    [Fact]
    public async Task Summary_WithoutRedis_LacksThePaceOnly()
    {
        await using var host = await api.StartWithoutRedisAsync();
        var user = await host.NewUserAsync();
        await user.NewMonitorAsync();
        var summary = await user.GetAsync("/summary");
        Assert.Equal((200, 1), (summary.Status, summary["monitors.total"].GetInt32()));
        Assert.All((string[])["checks_per_minute", "missed_slots", "lag_ms"], field => Assert.True(summary.IsNull(field)));
    }
}

[Collection(nameof(PostgresApi))]
public sealed class SummaryIsNotCountedOnPostgres(PostgresApi api) : SummaryIsNotCountedTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SummaryIsNotCountedOnSqlite(SqliteApi api) : SummaryIsNotCountedTests(api);
