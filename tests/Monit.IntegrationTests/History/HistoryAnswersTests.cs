using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Monit.Core.Checks.Assertions;
using Monit.Core.History;
using Monit.IntegrationTests.Api;

namespace Monit.IntegrationTests.History;

/// <summary>The endpoints of the history answer as the contract says, of their callers' monitors only, and with an error that names what is wrong.</summary>
public abstract class HistoryAnswersTests(ApiFixture api)
{
    private readonly ApiHost _host = api.Host;
    private static readonly DateTimeOffset Now = Tenths.ToTime(Tenths.Of(TimeProvider.System.GetUtcNow()));

    private static long Ago(double minutes) => Tenths.Of(Now.AddMinutes(-minutes));

    [Fact]
    public async Task Results_OfAllPlaces_NewestFirst_AndStableByCursor()
    {
        var (user, id) = await NewAsync(_host, Now.AddHours(-5), 60);
        var points = Enumerable.Range(0, 200).Select(n => new ResultPoint(Ago(200 - n) - 3, (byte)(n % 7 == 0 ? ResultCode.Timeout : 20))).ToList();
        await _host.AddToSqlAsync(id, points[..197], _ => TimeSpan.FromMinutes(1));
        await _host.AddToRedisAsync(id, points[190..]);

        var all = await user.GetAsync($"/monitors/{id}/results?limit=200");
        Assert.Equal(200, all["total"].GetInt32());
        Assert.Equal(Enumerable.Reverse(points).Select(point => Tenths.ToTime(point.At)), all.Items.Select(item => item.GetProperty("at").GetDateTimeOffset()));
        var (paged, cursor) = (new List<string>(), "");
        do
        {
            var page = await user.GetAsync($"/monitors/{id}/results?limit=30{cursor}");
            paged.AddRange(page.Items.Select(item => $"{item}"));
            // What comes in between moves no page.
            if (cursor.Length == 0)
                await _host.AddToRedisAsync(id, [.. points[190..], new ResultPoint(Ago(0), 21)]);
            cursor = page.IsNull("next_cursor") ? "" : $"&cursor={page.Text("next_cursor")}";
        }
        while (cursor.Length > 0);
        Assert.Equal(all.Items.Select(item => $"{item}"), paged);
        Assert.Equal(201, (await user.GetAsync($"/monitors/{id}/results"))["total"].GetInt32());
        Assert.Equal(10, (await user.GetAsync($"/monitors/{id}/results?from={Text(Now.AddMinutes(-20.5))}&to={Text(Now.AddMinutes(-10.5))}"))["total"].GetInt32());
    }

    [Fact]
    public async Task Results_SayWhatIsKeptOfEach()
    {
        var (user, id) = await NewAsync(_host, Now.AddHours(-1), 60);
        byte[] codes = [40, ResultCode.Failed, ResultCode.DnsFailure, ResultCode.Degraded, ResultCode.NotJudged, 100];
        await _host.AddToSqlAsync(id, [.. codes.Select((code, n) => new ResultPoint(Ago(10 - n), code))], _ => TimeSpan.FromMinutes(1));
        await _host.AddIncidentAsync(id, Tenths.ToTime(Ago(8)).AddMilliseconds(37), Now.AddMinutes(-7));
        var items = (await user.GetAsync($"/monitors/{id}/results")).Items;
        Assert.Equal(["up", "unknown", "degraded", "down", "failing", "up"], items.Select(item => item.GetProperty("state").GetString()));
        Assert.Equal([null, "CHECK_ERROR", null, "DNS_FAILURE", null, null], items.Select(item => item.GetProperty("reason").GetString()));
        Assert.Equal(40, items[5].GetProperty("latency_ms").GetDouble());
        Assert.InRange(items[0].GetProperty("latency_ms").GetDouble(), LatencyCode.Ms(100) * 0.995, LatencyCode.Ms(100) * 1.005);
        Assert.Equal(JsonValueKind.Null, items[3].GetProperty("latency_ms").ValueKind);
    }

    [Fact]
    public async Task Stats_AlignToTheStep_AndNameTheFinestThatIsKept()
    {
        var (user, id) = await NewAsync(_host, Now.AddDays(-30), 60);
        await _host.AddToSqlAsync(id, [.. Enumerable.Range(0, 120).Select(n => new ResultPoint(Ago(120 - n), 20))], _ => TimeSpan.FromMinutes(1));
        var stats = await user.GetAsync($"/monitors/{id}/stats");
        Assert.Equal("5m", stats.Text("step"));
        Assert.InRange(stats["buckets"].GetArrayLength(), 288, 289);
        Assert.All(stats["buckets"].EnumerateArray(), bucket => Assert.Equal(0, bucket.GetProperty("at").GetDateTimeOffset().UtcTicks % TimeSpan.FromMinutes(5).Ticks));
        Assert.Equal((120, 20d), (stats["total.checks"].GetInt32(), stats["total.latency_ms.p95"].GetDouble()));
        Assert.Equal(JsonValueKind.Null, stats["buckets"][0].GetProperty("latency_ms").GetProperty("p50").ValueKind);
        // Nothing finer than days is kept for so long.
        Assert.Equal("1d", (await user.GetAsync($"/monitors/{id}/stats?from={Text(Now.AddDays(-9))}&step=1m")).Text("step"));
        Assert.Equal("1h", (await user.GetAsync($"/monitors/{id}/stats?from={Text(Now.AddDays(-2))}&step=1h")).Text("step"));
        (await user.GetAsync($"/monitors/{id}/stats?from={Text(Now.AddDays(-2))}&step=1m")).IsProblem(400, "validation_failed", "step");
        (await user.GetAsync($"/monitors/{id}/stats?from={Text(Now.AddDays(-2000))}")).IsProblem(400, "validation_failed", "from");
        Assert.Equal(1500, (await user.GetAsync($"/monitors/{id}/stats?from=2020-01-01T00:00:00Z&to={Text(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(1500))}"))["buckets"].GetArrayLength());
        // A monitor that is younger than what is kept has all of it.
        var (young, born) = await NewAsync(_host, Now.AddHours(-3), 60);
        Assert.Equal("1h", (await young.GetAsync($"/monitors/{born}/stats?from={Text(Now.AddDays(-9))}&step=1h")).Text("step"));
    }

    [Theory]
    [InlineData("results?from=yesterday", "from")]
    [InlineData("results?to=2026-11-02", "to")]
    [InlineData("results?from=2026-11-02T00:00:00", "from")]
    [InlineData("results?from=2026-13-02T00:00:00Z", "from")]
    [InlineData("results?from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z", "from")]
    [InlineData("results?from=2099-11-02T00:00:00Z", "from")]
    [InlineData("results?from=0001-01-01T00:00:00Z", "from")]
    [InlineData("results?to=9999-12-31T23:59:59Z", "to")]
    [InlineData("results?limit=201", "limit")]
    [InlineData("results?cursor=AAAA", "cursor")]
    [InlineData("stats?step=2m", "step")]
    [InlineData("stats?step=1m&step=1h", "step")]
    [InlineData("stats?from=", "from")]
    [InlineData("?include=", "include")]
    [InlineData("?include=uptime,", "include")]
    [InlineData("?include=all", "include")]
    public async Task BadParameter_IsNamed(string path, string field)
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        (await user.GetAsync(path[0] == '?' ? $"/monitors/{id}{path}" : $"/monitors/{id}/{path}")).IsProblem(400, "validation_failed", field);
        if (path[0] == '?')
            (await user.GetAsync($"/monitors{path}")).IsProblem(400, "validation_failed", field);
    }

    [Theory]
    [InlineData("month=2026-13")]
    [InlineData("month=2026-1")]
    [InlineData("month=")]
    [InlineData("month=1969-12")]
    [InlineData("month=2026-11-01")]
    public async Task BadMonth_IsNamed(string query)
    {
        var user = await _host.NewUserAsync();
        foreach (var path in (string[])["/reports/uptime", "/reports/uptime.csv"])
            (await user.GetAsync($"{path}?{query}")).IsProblem(400, "validation_failed", "month");
    }

    [Fact]
    public async Task History_OfOthers_IsNotThere()
    {
        var (_, id) = await NewAsync(_host, Now.AddDays(-1), 60);
        var other = await _host.NewUserAsync();
        foreach (var path in (string[])["results", "stats", "uptime"])
        {
            (await other.GetAsync($"/monitors/{id}/{path}")).IsProblem(404, "not_found");
            (await _host.Anonymous.GetAsync($"/monitors/{id}/{path}")).IsProblem(401, "unauthorized");
        }
        Assert.Equal(0, (await other.GetAsync("/reports/uptime"))["monitors"].GetArrayLength());
    }

    [Fact]
    public async Task Uptime_OfDaysBeforeHistoryWasKept_IsNull_AndTheirIncidentsAreThere()
    {
        await using var host = await api.StartAsync();
        await host.SetSinceAsync(Now.AddDays(-2));
        var (user, id) = await NewAsync(host, Now.AddDays(-100), 60);
        await host.AddToSqlAsync(id, [new ResultPoint(Ago(0.5), 20)], _ => TimeSpan.FromMinutes(1));
        var midday = new DateTimeOffset(Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-5).AddHours(12);
        await host.AddIncidentAsync(id, midday, midday.AddHours(1));
        await host.AddIncidentAsync(id, midday.AddHours(2), midday.AddHours(3), Severity.Degraded);
        await host.AddIncidentAsync(id, Now.AddHours(-12), Now.AddHours(-6));
        var uptime = await user.GetAsync($"/monitors/{id}/uptime");
        var days = uptime["days"].EnumerateArray().ToList();
        Assert.Equal(90, days.Count);
        Assert.Equal($"{Now.UtcDateTime:yyyy-MM-dd}", days[^1].GetProperty("date").GetString());
        Assert.Equal((JsonValueKind.Null, 1), (days[^6].GetProperty("uptime").ValueKind, days[^6].GetProperty("incidents").GetInt32()));
        Assert.Equal((JsonValueKind.Null, 0), (days[0].GetProperty("uptime").ValueKind, days[0].GetProperty("incidents").GetInt32()));
        Assert.InRange(uptime["24h"].GetDouble(), 0, 1);
        Assert.All((string[])["7d", "30d", "90d", "365d"], range => Assert.Equal(uptime["7d"].GetDouble(), uptime[range].GetDouble(), 3));
    }

    [Fact]
    public async Task List_IncludesUptimeAndBars_WhereAskedFor()
    {
        var (user, id) = await NewAsync(_host, Now.AddHours(-10), 60);
        await _host.AddToSqlAsync(id, [.. Enumerable.Range(0, 100).Select(n => new ResultPoint(Ago(101 - n), (byte)(n < 90 ? 20 : ResultCode.Timeout)))], _ => TimeSpan.FromMinutes(1));
        await _host.AddToRedisAsync(id, [new ResultPoint(Ago(1), 33)]);
        var paused = await user.NewMonitorAsync();
        foreach (var answer in new[] { (await user.GetAsync("/monitors?include=bars,uptime")).Items[0], (await user.GetAsync($"/monitors/{id}?include=uptime,bars")).Json })
        {
            var bars = answer.GetProperty("bars").EnumerateArray().ToList();
            Assert.Equal(60, bars.Count);
            Assert.Equal((33, "up"), (bars[^1].GetProperty("latency_ms").GetDouble(), bars[^1].GetProperty("state").GetString()));
            Assert.Equal("failing", bars[^2].GetProperty("state").GetString());
            Assert.InRange(answer.GetProperty("uptime").GetProperty("24h").GetDouble(), 0.99, 1);
            Assert.Equal(answer.GetProperty("uptime").GetProperty("24h").GetDouble(), answer.GetProperty("uptime").GetProperty("30d").GetDouble(), 6);
        }
        var plain = (await user.GetAsync("/monitors?sort=name")).Items[0];
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (plain.GetProperty("uptime").ValueKind, plain.GetProperty("bars").ValueKind));
        Assert.Equal(0, (await user.GetAsync($"/monitors/{paused}?include=bars"))["bars"].GetArrayLength());
    }

    [Fact]
    public async Task Answers_WithoutRedis_ComeFromSql()
    {
        await using var host = await api.StartWithoutRedisAsync();
        var (user, id) = await NewAsync(host, Now.AddHours(-10), 60);
        await host.AddToSqlAsync(id, [.. Enumerable.Range(0, 100).Select(n => new ResultPoint(Ago(100 - n), 20))], _ => TimeSpan.FromMinutes(1));
        Assert.Equal(100, (await user.GetAsync($"/monitors/{id}/results"))["total"].GetInt32());
        Assert.Equal(100, (await user.GetAsync($"/monitors/{id}/stats"))["total.checks"].GetInt32());
        Assert.Equal(1, (await user.GetAsync($"/monitors/{id}/uptime"))["24h"].GetDouble());
        Assert.Equal(60, (await user.GetAsync("/monitors?include=bars")).Items[0].GetProperty("bars").GetArrayLength());
        Assert.Equal(200, (await user.GetAsync("/reports/uptime.csv")).Status);
    }

    [Fact]
    public async Task Report_HasEveryMonitorOfTheTag_AndItsIncidents()
    {
        var user = await _host.NewUserAsync(paid: true);
        var month = new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
        await _host.SetSinceAsync(SeededHistory.Since);
        var ids = new List<Guid>();
        // More than a page.
        for (var n = 0; n < 103; n++)
            ids.Add(await user.NewMonitorAsync(new { name = n == 0 ? "=1+1, \"x\"" : $"m{n}", url = "https://example.com/", interval_sec = 60, tags = n < 2 ? (string[])["shop"] : [] }));
        await _host.DbAsync(db => db.Monitors.Where(m => ids.Contains(m.Id)).ExecuteUpdateAsync(set => set.SetProperty(m => m.CreatedAt, month)));
        var id = ids[0];
        await _host.AddToSqlAsync(id, [new ResultPoint(Ago(0.5), 20)], _ => TimeSpan.FromMinutes(1));
        await _host.AddIncidentAsync(id, month.AddHours(-2), month.AddHours(1));
        await _host.AddIncidentAsync(id, month.AddDays(3), month.AddDays(3).AddHours(3));
        await _host.AddSpanAsync(id, SpanKind.Maintenance, month.AddDays(3), month.AddDays(3).AddHours(1));
        await _host.AddDayAsync(id, new DateOnly(2026, 10, 4), [.. Enumerable.Range(0, 100).Select(n => new ResultPoint(Tenths.Of(month.AddDays(3)) + n, (byte)(n < 95 ? 20 : 50)))]);
        await _host.AddSpanAsync(id, SpanKind.Unknown, month.AddDays(4), month.AddDays(4).AddHours(2));

        var report = await user.GetAsync("/reports/uptime?month=2026-10");
        Assert.Equal(("2026-10", 103), (report.Text("month"), report["monitors"].GetArrayLength()));
        Assert.Equal(ids.Order(), report["monitors"].EnumerateArray().Select(m => m.GetProperty("monitor_id").GetGuid()).Order());
        var one = report["monitors"].EnumerateArray().Single(m => m.GetProperty("monitor_id").GetGuid() == id);
        Assert.Equal((10_800, 2, 10_800, 10_800, 20d), (one.GetProperty("down_sec").GetInt32(), one.GetProperty("incidents").GetInt32(), one.GetProperty("longest_sec").GetInt32(),
            one.GetProperty("mean_time_to_recovery_sec").GetInt32(), one.GetProperty("p95_ms").GetDouble()));
        Assert.Equal(1 - 3d / (31 * 24 - 1 - 2), one.GetProperty("uptime").GetDouble(), 9);
        Assert.Equal(2, (await user.GetAsync("/reports/uptime?month=2026-10&tag=shop"))["monitors"].GetArrayLength());
        Assert.Equal(103, (await user.GetAsync("/reports/uptime?tag="))["monitors"].GetArrayLength());

        var csv = await user.GetAsync("/reports/uptime.csv?month=2026-10&tag=shop");
        Assert.Equal(("text/csv; charset=utf-8", true), (csv.Headers["Content-Type"], csv.Headers["Content-Disposition"].Contains("uptime-2026-10.csv", StringComparison.Ordinal)));
        var lines = csv.Content.TrimStart('\uFEFF').Split("\r\n");
        Assert.Equal("monitor_id,name,url,tags,uptime,down_sec,incidents,longest_sec,mean_time_to_recovery_sec,p95_ms", lines[0]);
        Assert.Equal(4, lines.Length);
        Assert.Contains(lines, line => line.StartsWith($"{id},\"'=1+1, \"\"x\"\"\",https://example.com/,shop,0.99", StringComparison.Ordinal) && line.EndsWith(",10800,2,10800,10800,20", StringComparison.Ordinal));
        // For spreadsheets that would take it for something else.
        Assert.Equal([0xEF, 0xBB, 0xBF], (await BytesAsync(user)).Take(3));
    }

    private static async Task<(Caller User, Guid Id)> NewAsync(ApiHost host, DateTimeOffset created, int interval)
    {
        var user = await host.NewUserAsync();
        var id = await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = interval });
        await host.DbAsync(db => db.Monitors.Where(m => m.Id == id).ExecuteUpdateAsync(set => set.SetProperty(m => m.CreatedAt, created).SetProperty(m => m.UpdatedAt, created)));
        if (created >= Now.AddDays(-30))
            await host.SetSinceAsync(SeededHistory.Since);
        return (user, id);
    }

    private async Task<byte[]> BytesAsync(Caller user)
    {
        var token = _host.App.Services.GetService(typeof(Monit.Api.Auth.Tokens)) as Monit.Api.Auth.Tokens;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/reports/uptime.csv");
        request.Headers.Authorization = new("Bearer", token!.Issue(user.Id).Value);
        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fZ", CultureInfo.InvariantCulture);
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresHistoryAnswersTests(PostgresApi api) : HistoryAnswersTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteHistoryAnswersTests(SqliteApi api) : HistoryAnswersTests(api);
