using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Monit.IntegrationTests.Api;

/// <summary>Whatever is sent, the answer is no 500, and each error is a problem with its code.</summary>
public abstract class InputIsNeverAnInternalErrorTests(ApiFixture api)
{
    private const string Monitor = """{"url":"https://example.com/","interval_sec":60}""";

    private readonly ApiHost _host = api.Host;

    [Theory]
    [InlineData("application/json; charset=foo")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset=\"\"")]
    [InlineData("application/json; charset=")]
    [InlineData("application/json; charset=utf-8; charset=foo")]
    [InlineData("application/json; charset=utf-8 foo")]
    [InlineData("application/json, text/plain")]
    [InlineData("application/")]
    [InlineData("json")]
    [InlineData(";")]
    [InlineData("*/*")]
    [InlineData("text/json")]
    [InlineData("application/xml; charset=utf-8")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task ContentType_OtherThanJsonInUtf8_415(string type)
    {
        var (user, token) = await _host.NewTokenAsync();
        var id = await user.NewMonitorAsync();
        foreach (var (method, path) in new[] { ("POST", "/users/login"), ("POST", "/users/register"), ("POST", "/monitors"), ("POST", "/checks"), ("PATCH", $"/monitors/{id}") })
            (await SendAsync(method, path, Encoding.UTF8.GetBytes(Monitor), type, token)).IsProblem(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON;charset=\"UTF-8\"")]
    [InlineData("application/json; charset=utf-8; x=y")]
    public async Task ContentType_JsonInUtf8_IsTaken(string type) =>
        Assert.Equal(201, (await SendAsync("POST", "/monitors", Encoding.UTF8.GetBytes(Monitor), type, (await _host.NewTokenAsync()).Token)).Status);

    [Theory]
    [InlineData("""{"url":"https://a.example/","url":"https://b.example/","interval_sec":60}""", "url")]
    [InlineData("""{"interval_sec":60,"url":"https://a.example/","interval_sec":60}""", "interval_sec")]
    [InlineData("""{"url":"https://a.example/","interval_sec":60,"\u0075rl":"https://b.example/"}""", "url")]
    [InlineData("""{"url":"https://a.example/","interval_sec":60,"name":null,"name":"x"}""", "name")]
    [InlineData("""{"url":"https://a.example/","interval_sec":60,"a b":1}""", "a b")]
    public async Task Body_KeyTwiceOrUnknown_IsNamed(string body, string field)
    {
        var user = await _host.NewUserAsync();
        (await user.SendAsync("POST", "/monitors", body)).IsProblem(400, "validation_failed", field);
        (await user.SendAsync("POST", "/checks", body)).IsProblem(400, "validation_failed", field);
        (await user.SendAsync("PATCH", $"/monitors/{await user.NewMonitorAsync()}", body)).IsProblem(400, "validation_failed", field);
    }

    [Fact]
    public async Task Body_KeyTwiceInALogIn_IsNamed() =>
        (await _host.Anonymous.SendAsync("POST", "/users/login", """{"email":"a@example.com","email":"b@example.com","password":"x"}"""))
            .IsProblem(400, "validation_failed", "email");

    [Fact]
    public async Task Body_AnyBytes_400()
    {
        var (user, token) = await _host.NewTokenAsync();
        var id = await user.NewMonitorAsync();
        string[] values =
        [
            "[]", "[[]]", "{}}", "{\"a\":", "nul", "\"x\"", "1", "1e999", "{\"interval_sec\":1e999,\"url\":\"https://a.example\"}",
            "{\"interval_sec\":-1e400}", "{\"interval_sec\":9999999999999999999999999999}", "{\"timeout_sec\":1.0}", "{\"enabled\":\"true\"}", "{\"enabled\":{}}",
            "{\"name\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"name\":\"\\udc00\\ud800\"}", "{\"name\":\"\\u0000\"}", "{\"\":1}", "{\"name\":[]}", "{\"name\":{\"a\":1,\"a\":2}}",
            "{\"url\":[\"https://a.example\"]}", "{'url':1}", "{\"url\":\"a\",}", "// c", "{\"$id\":1}", "{\"$type\":\"x\"}", "{\"__proto__\":{}}",
            "{\"request\":{\"headers\":{\"A\":\"\\ud800\"}}}", "{\"request\":{\"\\udc00\":1}}", "{\"assertions\":[\"\\ud800\"]}", "{\"assertions\":[{\"source\":\"\\ud800\"}]}",
            "{\"assertions\":[{\"\\ud800\":1}]}", "{\"tags\":[\"\\ud800\"]}",
            "{\"tls\":{\"min_days\":1e400}}", "{\"request\":{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1",
            string.Concat(Enumerable.Repeat("[", 5000)), "{\"name\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1", "   ", "\u0000",
        ];
        byte[][] bodies =
        [
            .. values.Select(Encoding.UTF8.GetBytes), [0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [.. "{\"name\":\""u8, 0xff, 0xfe, .. "\"}"u8], [.. "{\"name\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8],
            [.. "{\"\xff\":1}"u8], [0xef, 0xbb, 0xbf], [0xef, 0xbb, 0xbf, .. "{"u8], Encoding.Unicode.GetBytes(Monitor), Encoding.UTF32.GetBytes(Monitor), [],
        ];
        foreach (var body in bodies)
            foreach (var (method, path) in new[] { ("POST", "/monitors"), ("POST", "/checks"), ("PATCH", $"/monitors/{id}"), ("POST", "/users/login"), ("POST", "/users/register") })
                (await SendAsync(method, path, body, "application/json", token)).IsProblem(400, "validation_failed");
    }

    [Fact]
    public async Task Body_Mutated_IsTakenOrAProblem()
    {
        var (_, token) = await _host.NewTokenAsync();
        var valid = Encoding.UTF8.GetBytes("""{"name":"Shop","url":"https://example.com/","interval_sec":60,"timeout_sec":5,"enabled":false,"tags":["a"],"request":{"method":"POST","headers":{"Cookie":"a=b"},"auth":{"basic":{"user":"u","password":"p"}},"http_version":"2"},"tls":{"min_days":1},"network":{"ip_family":"4"},"assertions":["status eq 200",{"source":"json","property":"$.a","op":"in","value":[1,"b",null]}]}""");
        await Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 4].SampleAsync(async changes =>
        {
            var body = valid.ToList();
            foreach (var (at, to, how) in changes)
                if (at < body.Count && how == 0)
                    body.RemoveAt(at);
                else if (how == 1)
                    body.Insert(Math.Min(at, body.Count), to);
                else if (at < body.Count)
                    body[at] = to;
            IsTakenOrProblem(await SendAsync("POST", "/monitors", [.. body], "application/json", token));
        }, iter: 300, threads: 1);
    }

    [Fact]
    public async Task Query_AnyText_IsTakenOrAProblem()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        string[] values =
        [
            "", " ", "0", "-0", "01", "1e1", "0x1", "%2b1", "1,2", "1%00", "٣", "%ff", "%ed%a0%80", "%", "%zz", "null", "true", "TRUE", "1;2", "%F0%9F%98%80",
            "9223372036854775808", "-2147483649", new string('9', 400), new string('A', 22), new string('A', 32), new string('_', 32), new string('/', 22), "AAAAAAAAAAAAAAAAAAAAAB", "%00", "%0a", "' OR 1=1", "%25_%25",
        ];
        foreach (var path in new[] { "/monitors", "/incidents", $"/monitors/{id}/incidents", "/users/profile", $"/monitors/{id}/status" })
            foreach (var value in values)
                foreach (var query in new[] { $"limit={value}", $"offset={value}", $"cursor={value}", $"state={value}", $"q={value}", $"enabled={value}", $"tag={value}", $"kind={value}", $"sort={value}", $"sort=name&cursor={value}", $"{value}=1", $"limit=1&limit={value}", $"LIMIT={value}" })
                    IsTakenOrProblem(await user.GetAsync($"{path}?{query}"));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("..%2f..")]
    [InlineData("{0x00000000,0x0000,0x0000,{0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00}}")]
    [InlineData("(00000000-0000-0000-0000-000000000000)")]
    [InlineData("%ff%fe")]
    public async Task Path_AnyId_404(string id)
    {
        var user = await _host.NewUserAsync();
        foreach (var (method, path) in new[] { ("GET", ""), ("DELETE", ""), ("GET", "/status"), ("POST", "/check"), ("GET", "/incidents") })
            (await user.SendAsync(method, $"/monitors/{id}{path}")).IsProblem(404, "not_found");
        (await user.SendAsync("PATCH", $"/monitors/{id}", "{}")).IsProblem(404, "not_found");
        foreach (var path in new[] { "", "/alerts" })
            (await user.GetAsync($"/incidents/{id}{path}")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task Headers_Odd_AreTakenOrAProblem()
    {
        var (_, token) = await _host.NewTokenAsync();
        (string Name, string Value)[] headers =
        [
            ("Accept", "text/html"), ("Accept", ";;"), ("Accept-Encoding", "br;q=x"), ("Content-Encoding", "gzip"), ("Range", "bytes=0-1"), ("If-Match", "x"), ("If-None-Match", "*"),
            ("traceparent", "00-zz"), ("baggage", "=="), ("Cookie", "a=b;;;="), ("Forwarded", "for=;"), ("X-Forwarded-For", "::::"), ("Origin", "null"),
            ("Authorization", "Bearer"), ("Authorization", "Bearer x.y.z"), ("Authorization", "Basic !!"), ("Authorization", $"Bearer {token}, Bearer {token}"), ("Authorization", new string('x', 9000)),
            ("X-HTTP-Method-Override", "BOGUS"), ("Upgrade", "websocket"),
        ];
        foreach (var (name, value) in headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/monitors");
            if (name != "Authorization")
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
            IsTakenOrProblem(await Answer.ReadAsync(response));
        }
    }

    public static TheoryData<string> OddClaims => new(
        "{}", """{"sub":""}""", """{"sub":"somebody"}""", """{"sub":7}""", """{"sub":null}""", """{"sub":[]}""", """{"sub":["a","b"]}""", """{"sub":{"a":1}}""", """{"sub":true}""",
        """{"sub":"00000000-0000-0000-0000-000000000000"}""", """{"sub":"01a0b1c2-0000-7000-8000-000000000001"}""", """{"SUB":"01a0b1c2-0000-7000-8000-000000000001"}""",
        """{"nameid":"01a0b1c2-0000-7000-8000-000000000001"}""");

    [Theory, MemberData(nameof(OddClaims))]
    public async Task Token_SignedButWithoutAnAccount_401(string claims)
    {
        var now = TimeProvider.System.GetUtcNow();
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "monit", Audience = "monit", NotBefore = now.UtcDateTime, Expires = now.UtcDateTime.AddMinutes(5),
            Claims = JsonSerializer.Deserialize<Dictionary<string, object>>(claims),
            SigningCredentials = new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(ApiHost.Secret)), SecurityAlgorithms.HmacSha256),
        });
        await EverywhereUnauthorizedAsync(new Caller(_host.Http, token));
    }

    [Fact]
    public async Task Token_OfADeletedAccount_401Everywhere()
    {
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        Assert.Equal(200, (await user.GetAsync($"/monitors/{id}")).Status);
        await _host.DbAsync(db => db.Users.Where(u => u.Id == user.Id).ExecuteDeleteAsync());
        await EverywhereUnauthorizedAsync(user, id);
    }

    [Fact]
    public async Task Method_NotAllowed_405WithAllow()
    {
        var user = await _host.NewUserAsync();
        var document = await Contract.ReadAsync(_host);
        foreach (var (path, methods) in document.Paths)
            foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BOGUS" }.Except(methods))
            {
                var refused = (await user.SendAsync(method, Contract.Fill(path, Guid.Empty))).IsProblem(405, "method_not_allowed");
                Assert.Equal(methods.Order(), refused.Headers["Allow"].Split(',', StringSplitOptions.TrimEntries).Order());
            }
    }

    private async Task EverywhereUnauthorizedAsync(Caller caller, Guid id = default)
    {
        foreach (var operation in (await Contract.ReadAsync(_host)).Operations.Where(operation => operation.NeedsToken))
        {
            var refused = (await caller.SendAsync(operation.Method, Contract.Fill(operation.Path, id), operation.HasBody ? Monitor : null)).IsProblem(401, "unauthorized");
            Assert.StartsWith("Bearer", refused.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        }
    }

    private static void IsTakenOrProblem(Answer answer)
    {
        Assert.NotEmpty(answer.Headers["X-Request-Id"]);
        Assert.True(answer.Status < 500, $"{answer}");
        if (answer.Status >= 400)
            answer.IsProblem(answer.Status, answer.Text("code"));
    }

    private async Task<Answer> SendAsync(string method, string path, byte[] body, string type, string token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresInputIsNeverAnInternalErrorTests(PostgresApi api) : InputIsNeverAnInternalErrorTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteInputIsNeverAnInternalErrorTests(SqliteApi api) : InputIsNeverAnInternalErrorTests(api);
