using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Monit.IntegrationTests.Api;

/// <summary>
/// The OpenAPI document says what the API does, no less and no more: every route, every status, every field, every range.
/// </summary>
public abstract partial class DocumentAndBehaviourAgreeTests(ApiFixture api)
{
    private static int _accounts;

    private readonly ApiHost _host = api.Host;

    [Fact]
    public async Task EveryRoute_IsInTheDocument_AndEveryOperationIsARoute()
    {
        var routes = _host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal))
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method =>
                $"{method} {Constraint().Replace(route.RoutePattern.RawText!["/api/v1".Length..], "}").TrimEnd('/')}"));
        Assert.Equal(routes.Order(), (await Contract.ReadAsync(_host)).Operations.Select(o => $"{o}").Order());
    }

    [Fact]
    public async Task EveryStatus_IsAnsweredAsListed_AndNoOther()
    {
        var contract = await Contract.ReadAsync(_host);
        await using var strict = await api.StartAsync(("Api:RequestsPerSecond", "1"), ("Api:Burst", "1"));
        foreach (var operation in contract.Operations)
        {
            var seen = new HashSet<int>();
            async Task See(Task<Answer> answer)
            {
                contract.Matches(operation, await answer);
                seen.Add((await answer).Status);
            }
            var user = await _host.NewUserAsync();
            var id = await user.NewMonitorAsync();
            await _host.OpenIncidentAsync(id, inRedis: false);
            id = await IdForAsync(operation, user, id);
            Task<Answer> Send(Caller caller, object? body, string query = "", Guid? at = null) =>
                caller.SendAsync(operation.Method, Contract.Fill(operation.Path, at ?? id) + query, body);

            await foreach (var special in SpecialAsync(operation, user, id))
                await See(special);
            if (operation.Method != "DELETE")
                await See(Send(user, operation.HasBody ? Valid(operation) : null));
            if (operation.NeedsToken)
                await See(Send(_host.Anonymous, operation.HasBody ? Valid(operation) : null));
            if (operation.HasId)
                await See(Send(user, operation.HasBody ? Valid(operation) : null, at: Guid.Empty));
            foreach (var (name, _) in operation.Query)
                await See(Send(user, null, $"?{name}=%00"));
            if (operation.HasBody)
            {
                await See(Send(user, "{"));
                await See(Send(user, $$"""{"x":"{{new string('x', 257 * 1024)}}"}"""));
                await See(OtherTypeAsync(operation, id));
            }
            if (operation.Method == "DELETE")
                await See(Send(user, null));
            // One of two at once is too many.
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => strict.Anonymous.SendAsync(operation.Method, Contract.Fill(operation.Path, id), operation.HasBody ? Valid(operation) : null))))
                await See(Task.FromResult(answer));

            // What it takes to see a store fail is the business of other tests.
            Assert.Equal((operation, string.Join(' ', operation.Statuses.Where(status => status != 503).Order())), (operation, string.Join(' ', seen.Order())));
        }
    }

    [Fact]
    public async Task EveryRangeOfAQuery_HoldsAtItsEnds()
    {
        var user = await _host.NewUserAsync();
        var monitor = await user.NewMonitorAsync();
        await _host.OpenIncidentAsync(monitor, inRedis: false);
        foreach (var operation in (await Contract.ReadAsync(_host)).Operations)
            foreach (var (name, schema) in operation.Query)
            {
                var id = await IdForAsync(operation, user, monitor);
                var (good, bad) = Ends(schema);
                foreach (var value in good)
                    Assert.True((await user.GetAsync($"{Contract.Fill(operation.Path, id)}?{name}={value}")).Status == 200, $"{operation} {name}={value}");
                foreach (var value in bad)
                    (await user.GetAsync($"{Contract.Fill(operation.Path, id)}?{name}={value}")).IsProblem(400, "validation_failed", name);
            }
    }

    [Fact]
    public async Task EveryRangeOfABody_HoldsAtItsEnds()
    {
        var contract = await Contract.ReadAsync(_host);
        foreach (var operation in contract.Operations.Where(operation => operation.HasBody))
            foreach (var (name, schema) in contract.BodyOf(operation)["properties"]!.AsObject())
            {
                var (good, bad) = Ends(schema!, name);
                Assert.True(bad.Count > 0 || Types(schema!).Contains("boolean"), $"{operation}: {name} has neither type nor range");
                foreach (var value in good)
                    IsTaken(operation, name, await SendAsync(operation, Valid(operation, (name, value))));
                foreach (var value in bad)
                    (await SendAsync(operation, Valid(operation, (name, value)))).IsProblem(400, "validation_failed", name);
            }
    }

    [Fact]
    public async Task EveryField_MayBeLeftOutOrNull_ExactlyAsListed()
    {
        var contract = await Contract.ReadAsync(_host);
        foreach (var operation in contract.Operations.Where(operation => operation.HasBody))
        {
            var schema = contract.BodyOf(operation);
            var required = (schema["required"]?.AsArray() ?? []).Select(r => r!.GetValue<string>()).ToHashSet();
            foreach (var (name, field) in schema["properties"]!.AsObject())
            {
                var left = Valid(operation);
                left.Remove(name);
                if (required.Contains(name))
                    (await SendAsync(operation, left)).IsProblem(400, "validation_failed", name);
                else
                    IsTaken(operation, name, await SendAsync(operation, left));
                var cleared = await SendAsync(operation, Valid(operation, (name, null)));
                if (Types(field!).Contains("null"))
                    IsTaken(operation, name, cleared);
                else
                    cleared.IsProblem(400, "validation_failed", name);
            }
            Assert.False(schema["additionalProperties"]!.GetValue<bool>());
            (await SendAsync(operation, Valid(operation, ("no_such_field", 1)))).IsProblem(400, "validation_failed", "no_such_field");
        }
    }

    [Fact]
    public async Task Docs_IsAPageOfOurOwnFiles()
    {
        using var response = await _host.Http.GetAsync("/docs", TestContext.Current.CancellationToken);
        Assert.Equal(("/docs", 200, "text/html"), (response.RequestMessage!.RequestUri!.AbsolutePath, (int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("://", html, StringComparison.Ordinal);
        // Whatever its scripts would like to load, a browser asks nobody else.
        Assert.StartsWith("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("http", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var files = Source().Matches(html).Select(match => $"/docs/{match.Groups[1].Value}").Append("/openapi/v1.json").ToList();
        Assert.True(files.Count > 2, html);
        foreach (var file in files)
        {
            using var found = await _host.Http.GetAsync(file, TestContext.Current.CancellationToken);
            Assert.True(found.IsSuccessStatusCode, file);
        }
    }

    // Some paths have a monitor's id in them, others that of its incident.
    private static async Task<Guid> IdForAsync(Contract.Operation operation, Caller user, Guid monitor) =>
        !operation.Path.StartsWith("/incidents/", StringComparison.Ordinal) ? monitor
            : (await user.GetAsync($"/monitors/{monitor}/incidents")).Json.GetProperty("items")[0].GetProperty("id").GetGuid();

    /// <summary>What only this operation refuses; whoever lists a status of its own adds how to get it.</summary>
    private async IAsyncEnumerable<Task<Answer>> SpecialAsync(Contract.Operation operation, Caller user, Guid id)
    {
        switch ($"{operation}")
        {
            case "POST /users/register":
                yield return _host.Anonymous.SendAsync("POST", operation.Path, new { name = "Tester", email = user.Email, password = "correct horse" });
                break;
            case "POST /users/login":
                yield return _host.Anonymous.SendAsync("POST", operation.Path, new { email = user.Email, password = "correct horse" });
                break;
            case "POST /checks":
                yield return user.SendAsync("POST", operation.Path, Valid(operation, ("id", Guid.Empty)));
                break;
            case "POST /monitors":
                var full = await _host.NewUserAsync();
                for (var i = 0; i < 11; i++)
                    yield return full.SendAsync("POST", operation.Path, Valid(operation));
                break;
            case "POST /monitors/{id}/check":
                var paused = await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = 60, enabled = false });
                yield return user.SendAsync("POST", $"/monitors/{paused}/check");
                break;
            case "PATCH /monitors/{id}":
                yield return user.SendAsync("PATCH", $"/monitors/{id}", "{}");
                break;
        }
    }

    private static JsonObject Valid(Contract.Operation operation, params (string Name, JsonNode? Value)[] changes)
    {
        var body = $"{operation}" switch
        {
            "POST /users/register" => new JsonObject { ["name"] = "Tester", ["email"] = $"contract{Interlocked.Increment(ref _accounts)}-{Environment.ProcessId}@example.com", ["password"] = "correct horse" },
            "POST /users/login" => new JsonObject { ["email"] = "nobody@example.com", ["password"] = "wrong horse" },
            "POST /monitors" => new JsonObject { ["url"] = "https://example.com/", ["interval_sec"] = 86_400 },
            // Refused by the guard at once, which is an answer like any other.
            "POST /checks" => new JsonObject { ["url"] = "http://127.0.0.1:9/", ["timeout_sec"] = 1 },
            "PATCH /monitors/{id}" => new JsonObject { ["enabled"] = true },
            _ => throw new InvalidOperationException($"{operation} has no valid body here yet"),
        };
        foreach (var (name, value) in changes)
            body[name] = value?.DeepClone();
        return body;
    }

    /// <summary>Sends it for a new account and, where it names one, a new monitor.</summary>
    private async Task<Answer> SendAsync(Contract.Operation operation, JsonObject body)
    {
        var user = operation.NeedsToken ? await _host.NewUserAsync() : _host.Anonymous;
        var id = operation.HasId ? await user.NewMonitorAsync(new { url = "https://example.com/", interval_sec = 86_400, timeout_sec = 1 }) : default;
        return await user.SendAsync(operation.Method, Contract.Fill(operation.Path, id), body.ToJsonString());
    }

    private async Task<Answer> OtherTypeAsync(Contract.Operation operation, Guid id)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), $"/api/v1{Contract.Fill(operation.Path, id)}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await _host.NewTokenAsync()).Token);
        request.Content = new StringContent("x");
        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    // Wrong credentials are refused for another reason than their form.
    private static void IsTaken(Contract.Operation operation, string field, Answer answer) =>
        Assert.True(answer.Status is 200 or 201 || (operation.Path == "/users/login" && answer.Status == 401), $"{operation} {field}: {answer}");

    private static HashSet<string> Types(JsonNode schema) =>
        schema["oneOf"] is JsonArray choices ? [.. choices.SelectMany(choice => choice!["$ref"] is null ? Types(choice) : ["object"])]
        : schema["type"] is JsonArray several ? [.. several.Select(t => t!.GetValue<string>())] : [schema["type"]!.GetValue<string>()];

    /// <summary>Values at the ends of what a schema allows, and just past them.</summary>
    private static (List<JsonNode> Good, List<JsonNode> Bad) Ends(JsonNode schema, string name = "")
    {
        var (good, bad) = (new List<JsonNode>(), new List<JsonNode>());
        void End(string keyword, int outwards, Func<long, JsonNode> value)
        {
            if (schema[keyword] is not { } end)
                return;
            var at = long.Parse(end.ToJsonString(), CultureInfo.InvariantCulture);
            good.Add(value(at));
            if (at + outwards >= 0 || keyword == "minimum")
                bad.Add(value(at + outwards));
        }
        End("minimum", -1, n => n);
        End("maximum", 1, n => n);
        End("minLength", -1, n => Text(name, (int)n));
        End("maxLength", 1, n => Text(name, (int)n));
        if (schema["format"]?.GetValue<string>() == "uuid")
            bad.Add("00000000");
        if (schema["maxItems"] is { } most)
            bad.Add(new JsonArray([.. Enumerable.Range(0, most.GetValue<int>() + 1).Select(n => (JsonNode)(name == "tags" ? $"tag {n}" : "status eq 200"))]));
        if (schema["oneOf"] is not null)
            (good, bad) = ([new JsonObject()], [new JsonArray(), "text", 1, true]);
        if (schema["enum"] is JsonArray values)
            (good, bad) = ([.. values.Select(v => v!.DeepClone())], ["no-such-value"]);
        if (Types(schema).Contains("boolean"))
            (good, bad) = ([.. good, true, false], [.. bad, "yes"]);
        if (name.Length == 0 && good.Contains(true))
            good = ["true", "false"];
        return (good, bad);
    }

    /// <summary>A valid text of this length.</summary>
    private static string Text(string field, int length)
    {
        var (head, tail) = field switch
        {
            "url" => ("https://example.com/", ""),
            "email" or "alert_email" => ($"{Interlocked.Increment(ref _accounts)}-{Environment.ProcessId}-", "@example.com"),
            _ => ("", ""),
        };
        return head.Length + tail.Length > length ? new string('x', length) : head + new string('x', length - head.Length - tail.Length) + tail;
    }

    [GeneratedRegex(":[a-z]+}")]
    private static partial Regex Constraint();

    [GeneratedRegex("(?:src=|favicon\":|from )[\"'](?:\\./)?([^\"']+)")]
    private static partial Regex Source();
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresDocumentAndBehaviourAgreeTests(PostgresApi api) : DocumentAndBehaviourAgreeTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteDocumentAndBehaviourAgreeTests(SqliteApi api) : DocumentAndBehaviourAgreeTests(api);
