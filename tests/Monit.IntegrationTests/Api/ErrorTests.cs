using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Monit.Api.Monitors;

namespace Monit.IntegrationTests.Api;

/// <summary>Errors that do not depend on the database.</summary>
[Collection(nameof(SqliteApi))]
public sealed class ErrorTests(SqliteApi api)
{
    private readonly ApiHost _host = api.Host;

    [Theory]
    [InlineData("{", "body")]
    [InlineData("", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("""{"url":"https://example.com","interval_sec":"60"}""", "interval_sec")]
    [InlineData("""{"url":"https://example.com","interval_sec":60.5}""", "interval_sec")]
    [InlineData("""{"url":"https://example.com","interval_sec":99999999999}""", "interval_sec")]
    [InlineData("""{"url":1,"interval_sec":60}""", "url")]
    [InlineData("""{"url":"https://example.com","interval_sec":60,"alert_mail":"a@b.c"}""", "alert_mail")]
    public async Task Body_Unreadable_NamesTheField(string body, string field) =>
        (await (await _host.NewUserAsync()).SendAsync("POST", "/monitors", body)).IsProblem(400, "validation_failed", field);

    [Fact]
    public async Task Body_TooLarge_413()
    {
        var user = await _host.NewUserAsync();
        (await user.SendAsync("POST", "/monitors", $$"""{"url":"{{new string('x', 257 * 1024)}}"}""")).IsProblem(413, "payload_too_large");
    }

    [Fact]
    public async Task Body_NotJson_415()
    {
        using var content = new StringContent("name=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await _host.Http.PostAsync("/api/v1/users/login", content, TestContext.Current.CancellationToken);
        (await Answer.ReadAsync(response)).IsProblem(415, "unsupported_media_type");
    }

    [Fact]
    public async Task UnknownPathAndMethod_AreProblems()
    {
        (await _host.Anonymous.GetAsync("/nothing")).IsProblem(404, "not_found");
        (await _host.Anonymous.SendAsync("PUT", "/users/login")).IsProblem(405, "method_not_allowed");
        (await (await _host.NewUserAsync()).GetAsync("/monitors/not-a-uuid")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task UnexpectedException_RevealsNothing()
    {
        using var response = await _host.Http.GetAsync("/boom", TestContext.Current.CancellationToken);
        var answer = (await Answer.ReadAsync(response)).IsProblem(500, "internal");
        Assert.DoesNotContain("an internal secret", answer.Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("caller-1.2_3", true)]
    [InlineData("with space", false)]
    [InlineData("", false)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public async Task RequestId_OnlyAValidOneIsKept(string given, bool kept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/foreign");
        request.Headers.TryAddWithoutValidation("X-Request-Id", given);
        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var id = Assert.Single(response.Headers.GetValues("X-Request-Id"));
        Assert.Equal(kept, id == given);
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task RateLimit_OverIt_429WithRetryAfterOnOpenEndpointsOnly()
    {
        await using var host = await api.StartAsync(("Auth:RateLimitPerMinute", "3"));
        var user = await host.NewUserAsync();
        await host.Anonymous.SendAsync("POST", "/users/login", new { email = "a@example.com", password = "x" });
        var limited = await host.Anonymous.SendAsync("POST", "/users/login", new { email = "a@example.com", password = "x" });
        limited.IsProblem(429, "rate_limited");
        Assert.InRange(int.Parse(limited.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(200, (await user.GetAsync("/users/profile")).Status);
    }

    [Theory]
    [InlineData("Auth:Secret", "thirty-one bytes, one too few..", "32 bytes")]
    [InlineData("Auth:Secret", "", "32 bytes")]
    [InlineData("Auth:TokenTtl", "00:00:01", "00:01:00 to 1.00:00:00")]
    [InlineData("Monitors:MinInterval", "00:00:00", "00:00:02 to 1.00:00:00")]
    [InlineData("Monitors:FreeQuota", "-1", "0 to 100000")]
    [InlineData("Api:RequestsPerSecond", "100001", "0 to 100000")]
    [InlineData("Api:Burst", "0", "1 to 1000000")]
    public async Task Start_BadSetting_IsRefusedByNameAndRange(string key, string value, string range)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => api.StartAsync((key, value)));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
        Assert.Contains(range, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/foreign")]
    public async Task OpenEndpoints_Answer(string path)
    {
        using var response = await _host.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task OpenApi_HasEveryPathOfTheContract()
    {
        using var response = await _host.Http.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var document = await Answer.ReadAsync(response);
        Assert.StartsWith("3.1", document.Text("openapi"), StringComparison.Ordinal);
        Assert.Superset(new HashSet<string>
        {
            "/api/v1/users/register", "/api/v1/users/login", "/api/v1/users/profile", "/api/v1/monitors", "/api/v1/monitors/{id}",
            "/api/v1/monitors/{id}/status", "/api/v1/monitors/{id}/incidents", "/api/v1/incidents", "/api/v1/monitors/{id}/check",
        }, document["paths"].EnumerateObject().Select(p => p.Name).ToHashSet());
    }

    [Theory]
    [InlineData("CreateMonitor")]
    [InlineData("PatchMonitor")]
    [InlineData("MonitorResponse")]
    public async Task OpenApi_ShowsEveryFieldOfAMonitorWithItsType(string schema)
    {
        using var response = await _host.Http.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var shown = (await Answer.ReadAsync(response))[$"components.schemas.{schema}"];
        // The parts of the settings are objects with schemas of their own.
        foreach (var field in MonitorFields.All.Where(field => field.Read is null))
        {
            var json = shown.GetProperty("properties").GetProperty(field.Name).GetProperty("type");
            string[] types = json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray().Select(t => t.GetString()!)] : [json.GetString()!];
            var type = Nullable.GetUnderlyingType(field.Type) ?? field.Type;
            Assert.Contains(type == typeof(string) ? "string" : type == typeof(bool) ? "boolean" : field.IsList ? "array" : "integer", types);
            Assert.Equal(schema == "CreateMonitor" ? !field.Required : field.Nullable && (schema == "PatchMonitor" || !field.IsList), types.Contains("null"));
        }
        string[] required = shown.TryGetProperty("required", out var names) ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : [];
        Assert.Equal(schema switch
        {
            "CreateMonitor" => MonitorFields.All.Where(field => field.Required).Select(field => field.Name),
            "PatchMonitor" => [],
            _ => ["id", "kind", .. MonitorFields.All.Select(field => field.Name), "created_at", "updated_at", "alert_email_confirmed", "status", "uptime", "bars"],
        }, required);
    }
}
