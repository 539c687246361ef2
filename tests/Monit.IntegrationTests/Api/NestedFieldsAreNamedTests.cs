using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Monit.IntegrationTests.Api;

/// <summary>What is wrong in a nested field is said by its path, and nothing wrong is taken silently.</summary>
public abstract class NestedFieldsAreNamedTests(ApiFixture api)
{
    private readonly ApiHost _host = api.Host;

    [Theory]
    [InlineData("""{"request":{"headres":{}}}""", "request.headres")]
    [InlineData("""{"request":{"Method":"GET"}}""", "request.Method")]
    [InlineData("""{"request":{"method":"GET","method":"GET"}}""", "request.method")]
    [InlineData("""{"request":{"headers":{"A":"1","\u0041":"2"}}}""", "request.headers.A")]
    [InlineData("""{"request":{"headers":{"A":1}}}""", "request.headers.A")]
    [InlineData("""{"request":{"headers":{"A":null}}}""", "request.headers.A")]
    [InlineData("""{"request":{"headers":[]}}""", "request.headers")]
    [InlineData("""{"request":{"secret_headers":"A"}}""", "request.secret_headers")]
    [InlineData("""{"request":{"secret_headers":["A",null]}}""", "request.secret_headers[1]")]
    [InlineData("""{"request":{"auth":{"basic":{"user":"a","pass":"b"}}}}""", "request.auth.basic.pass")]
    [InlineData("""{"request":{"auth":{"digest":{}}}}""", "request.auth.digest")]
    [InlineData("""{"request":{"follow_redirects":"no"}}""", "request.follow_redirects")]
    [InlineData("""{"request":{"http_version":1.1}}""", "request.http_version")]
    [InlineData("""{"request":{"http_version":"3"}}""", "request.http_version")]
    [InlineData("""{"request":{"http_version":"Http2"}}""", "request.http_version")]
    [InlineData("""{"request":{"body":{"a":1}}}""", "request.body")]
    [InlineData("""{"request":{"body":"\ud800"}}""", "request.body")]
    [InlineData("""{"request":{"\udc00":"x"}}""", "request")]
    [InlineData("""{"request":[]}""", "request")]
    [InlineData("""{"request":"GET"}""", "request")]
    [InlineData("""{"tls":{"verify":0}}""", "tls.verify")]
    [InlineData("""{"tls":{"min_days":1.5}}""", "tls.min_days")]
    [InlineData("""{"tls":{"min_days":99999999999}}""", "tls.min_days")]
    [InlineData("""{"tls":{"key":"x"}}""", "tls.key")]
    [InlineData("""{"network":{"ip_family":4}}""", "network.ip_family")]
    [InlineData("""{"network":{"connection":"keepalive"}}""", "network.connection")]
    [InlineData("""{"assertions":{}}""", "assertions")]
    [InlineData("""{"assertions":["status"]}""", "assertions[0]")]
    [InlineData("""{"assertions":["status eq 200","\ud800"]}""", "assertions[1]")]
    [InlineData("""{"assertions":["status eq 200",{"source":"status","op":"contains","value":200}]}""", "assertions[1].op")]
    [InlineData("""{"assertions":[{"source":"status","op":"eq","value":"200"}]}""", "assertions[0].value")]
    [InlineData("""{"assertions":[{"source":"status","op":"eq","value":200,"value":201}]}""", "assertions[0].value")]
    [InlineData("""{"assertions":[{"source":"status","op":"eq","value":200,"sevrity":"down"}]}""", "assertions[0].sevrity")]
    [InlineData("""{"assertions":[{"source":"json","property":"$[","op":"exists"}]}""", "assertions[0].property")]
    [InlineData("""{"tags":["a","a"]}""", "tags[1]")]
    [InlineData("""{"tags":[" a","a "]}""", "tags[1]")]
    [InlineData("""{"tags":["\u0065\u0301","\u00e9"]}""", "tags[1]")]
    [InlineData("""{"tags":["  "]}""", "tags[0]")]
    [InlineData("""{"tags":[null]}""", "tags[0]")]
    [InlineData("""{"tags":["a\u202eb"]}""", "tags[0]")]
    [InlineData("""{"tags":["a\nb"]}""", "tags[0]")]
    [InlineData("""{"tags":[1]}""", "tags[0]")]
    [InlineData("""{"tags":"a"}""", "tags")]
    [InlineData("""{"tags":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"]}""", "tags")]
    [InlineData("""{"retries":11}""", "retries")]
    [InlineData("""{"retries":-1}""", "retries")]
    [InlineData("""{"retry_delay_sec":0}""", "retry_delay_sec")]
    [InlineData("""{"failure_threshold":101}""", "failure_threshold")]
    [InlineData("""{"success_threshold":0}""", "success_threshold")]
    [InlineData("""{"kind":"http"}""", "kind")]
    public async Task CreateAndPatch_WrongInside_IsNamedByItsPath(string body, string path)
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        (await user.SendAsync("PATCH", $"/monitors/{id}", body)).IsProblem(400, "validation_failed", path);
        (await user.SendAsync("POST", "/monitors", $$"""{"url":"https://example.com/","interval_sec":60,{{body[1..]}}""")).IsProblem(400, "validation_failed", path);
        Assert.Equal(1, (await user.GetAsync("/users/profile"))["monitors_count"].GetInt32());
    }

    [Fact]
    public async Task ManyThingsWrong_AreAllNamedAtOnce()
    {
        var refused = await (await _host.NewUserAsync()).SendAsync("POST", "/monitors", """
            {"url":"ftp://example.com","interval_sec":60,"retries":11,"tags":["", "b"],"request":{"methd":"GET","body":1},"tls":{"verify":"yes"},
             "assertions":[{"source":"status","op":"contains","value":1},"nothing"]}
            """);
        foreach (var path in (string[])["url", "retries", "tags[0]", "request.methd", "request.body", "tls.verify", "assertions[0].op", "assertions[1]"])
            refused.IsProblem(400, "validation_failed", path);
    }

    [Fact]
    public async Task ThousandsOfThingsWrong_AnswerStaysSmall()
    {
        var fields = string.Join(',', Enumerable.Range(0, 20_000).Select(n => $"\"f{n}\":1"));
        var refused = await (await _host.NewUserAsync()).SendAsync("POST", "/monitors", $$$"""{"url":"https://example.com/","interval_sec":60,"request":{{{{fields}}}}}""");
        refused.IsProblem(400, "validation_failed", "request.f0");
        Assert.InRange(refused.Content.Length, 1, 50_000);
    }

    [Fact]
    public async Task Settings_OfTheLargestSize_AreTaken_AndLargerOnesAreNamed()
    {
        var user = await _host.NewUserAsync();
        Dictionary<string, object> Of(int body, int value) => new()
        {
            ["url"] = "https://example.com/", ["interval_sec"] = 60, ["request"] = new { method = "POST", body = new string('x', body) },
            ["assertions"] = Enumerable.Range(0, 20).Select(_ => new { source = "json", property = "$.a", op = "in", value = Enumerable.Repeat(new string('y', value), 2) }),
        };
        Assert.Equal(201, (await user.SendAsync("POST", "/monitors", Of(60_000, 1_500))).Status);
        (await user.SendAsync("POST", "/monitors", Of(64_000, 1_800))).IsProblem(400, "validation_failed", "request");
    }

    [Fact]
    public async Task ExpectedStatus_IsAnyIfSoSaidOrIfAnAssertionJudgesIt()
    {
        var user = await _host.NewUserAsync();
        async Task<string> Expected(string fields) =>
            (await user.SendAsync("POST", "/monitors", $$"""{"url":"https://example.com/","interval_sec":60{{fields}}}"""))["expected_status"].GetRawText();
        Assert.Equal("200", await Expected(""));
        Assert.Equal("200", await Expected(""","assertions":["latency lt 500"]"""));
        Assert.Equal("null", await Expected(""","assertions":["latency lt 500","status in 200-299"]"""));
        Assert.Equal("null", await Expected(""","expected_status":null"""));
        Assert.Equal("204", await Expected(""","expected_status":204,"assertions":["status in 200-299"]"""));

        var id = await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = 60, expected_status = 204 });
        async Task<string> Patched(string body) => (await user.SendAsync("PATCH", $"/monitors/{id}", body))["expected_status"].GetRawText();
        Assert.Equal("204", await Patched("""{"assertions":["status in 200-299"]}"""));
        Assert.Equal("null", await Patched("""{"expected_status":null}"""));
        Assert.Equal("null", await Patched("""{"assertions":null}"""));
        Assert.Equal("200", await Patched("""{"expected_status":200}"""));
    }

    [Fact]
    public async Task Assertions_InTheShortForm_AreShownAsObjects()
    {
        var user = await _host.NewUserAsync();
        var created = await user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60, assertions = (string[])["status in 200-299", "json $.ok eq true (degraded)"] });
        Assert.Equal("""[{"source":"status","op":"in","value":"200-299"},{"source":"json","property":"$.ok","op":"eq","value":true,"severity":"degraded"}]""", created["assertions"].GetRawText());
        var again = await user.SendAsync("PATCH", $"/monitors/{created.Guid("id")}", $$"""{"assertions":{{created["assertions"].GetRawText()}}}""");
        Assert.Equal(created["assertions"].GetRawText(), again["assertions"].GetRawText());
        Assert.Equal(1, await _host.DbAsync(db => db.Monitors.Where(m => m.Id == created.Guid("id")).Select(m => m.Version).SingleAsync()));
    }

    [Fact]
    public async Task StoredBefore_HindersNoChangeOfSomethingElse()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        await _host.DbAsync(db => db.Monitors.Where(m => m.Id == id).ExecuteUpdateAsync(set => set.SetProperty(m => m.Url, "https://no_longer:0/")));
        foreach (var body in (string[])["""{"enabled":false}""", """{"name":"Shop"}""", """{"assertions":["status eq 200"]}""", """{"request":{"method":"HEAD"}}"""])
            Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{id}", body)).Status);
        (await user.SendAsync("PATCH", $"/monitors/{id}", """{"url":"https://no_longer:0/"}""")).IsProblem(400, "validation_failed", "url");
    }

    [Fact]
    public async Task RowOfTheVersionBefore_ReadsAsItWas()
    {
        var user = await _host.NewUserAsync();
        var (id, old) = (await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = 60, expected_status = 204, assertions = (string[])["latency lt 9"] }), Guid.CreateVersion7());
        await _host.DbAsync(db => db.Database.ExecuteSqlAsync($"""
            INSERT INTO monitors (id, user_id, name, url, interval_sec, timeout_sec, expected_status, enabled, version, synced_version, created_at, updated_at)
            SELECT {old}, user_id, name, url, interval_sec, timeout_sec, expected_status, enabled, version, synced_version, created_at, updated_at FROM monitors WHERE id = {id}
            """));
        var read = await user.GetAsync($"/monitors/{old}");
        Assert.Equal((200, "204", "[]", "http"), (read.Status, read.Text("expected_status"), read["tags"].GetRawText(), read.Text("kind")));
        Assert.All(["request", "tls", "network", "assertions", "retries", "retry_delay_sec", "failure_threshold", "success_threshold"], field => Assert.True(read.IsNull(field), field));
        Assert.Equal(200, (await user.SendAsync("PATCH", $"/monitors/{old}", new { tags = (string[])["old"], request = new { method = "HEAD" } })).Status);
        Assert.Equal([old], (await user.GetAsync("/monitors?tag=old")).Ids);
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresNestedFieldsAreNamedTests(PostgresApi api) : NestedFieldsAreNamedTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteNestedFieldsAreNamedTests(SqliteApi api) : NestedFieldsAreNamedTests(api);
