using System.Text;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

/// <summary>A check that is tried may use the stored secrets of one's own monitor, for the target that they are for, and shows none.</summary>
public abstract class TriedChecksBorrowSecretsTests(ApiFixture api)
{
    private const string Password = "lovelace1815";
    private static readonly string Authorization = $"Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"ada:{Password}"))}";

    [Fact]
    public async Task Secret_IsLentToItsOwner_ForItsOriginOnly_AndShownNowhere()
    {
        await using var host = await api.StartAsync(("Network:AllowPrivateTargets", "true"));
        await using var target = new ScriptedTarget();
        await using var elsewhere = new ScriptedTarget();
        target.Answer = async (stream, request, ct) =>
        {
            var body = request.Contains(Authorization, StringComparison.Ordinal) ? $"welcome {Password}" : "who?";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nX-Echo: {Authorization}\r\nContent-Length: {body.Length}\r\n\r\n{body}"), ct);
            return true;
        };
        var (user, other) = (await host.NewUserAsync(), await host.NewUserAsync());
        object Request(string password) => new { auth = new { basic = new { user = "ada", password } } };
        var id = await user.NewMonitorAsync(new { url = target.Url, interval_sec = 60, request = Request(Password) });
        Task<Answer> Try(Caller caller, string url, object request, Guid? lender) => caller.SendAsync("POST", "/checks", new { url, request, id = lender, assertions = new[] { "body contains welcome" } });

        var lent = await Try(user, $"{target.Url}other/path", Request("***"), id);
        Assert.True(lent.Status == 200 && lent.Text("state") == "up", $"{lent}");
        Assert.Equal(("welcome ***", true), (lent.Text("body"), lent["assertions"][0].GetProperty("ok").GetBoolean()));
        Assert.DoesNotContain(Password, lent.Content, StringComparison.Ordinal);
        Assert.DoesNotContain(Authorization.Split(' ')[^1].TrimEnd('='), lent.Content, StringComparison.Ordinal);
        var sent = await Try(user, target.Url, Request(Password), null);
        Assert.Equal("up", sent.Text("state"));
        Assert.DoesNotContain(Password, sent.Content, StringComparison.Ordinal);

        var before = target.Requests.Count;
        const string Field = "request.auth.basic.password";
        (await Try(user, target.Url, Request("***"), null)).IsProblem(400, "validation_failed", Field);
        (await Try(other, target.Url, Request("***"), id)).IsProblem(404, "not_found");
        (await Try(user, elsewhere.Url, Request("***"), id)).IsProblem(400, "validation_failed", Field);
        (await Try(user, target.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), Request("***"), id)).IsProblem(400, "validation_failed", Field);
        (await Try(user, target.Url, new { auth = new { bearer = new { token = "***" } } }, id)).IsProblem(400, "validation_failed", "request.auth.bearer.token");
        Assert.Equal((before, 0), (target.Requests.Count, elsewhere.Connections));
        Assert.Equal("welcome ***", (await Try(user, target.Url, Request("***"), id)).Text("body"));
    }

    [Fact]
    public async Task Settings_AreValidatedAsForANewMonitor_AndJudged()
    {
        await using var host = await api.StartAsync(("Network:AllowPrivateTargets", "true"));
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Status(404, body: """{"ok":false}""") };
        var user = await host.NewUserAsync();
        (await user.SendAsync("POST", "/checks", new { url = target.Url, assertions = new object[] { "status eq 404", new { source = "json", property = "$.ok", op = "nope" } } })).IsProblem(400, "validation_failed", "assertions[1].op");
        (await user.SendAsync("POST", "/checks", new { url = target.Url, request = new { method = "a b" } })).IsProblem(400, "validation_failed", "request.method");
        (await user.SendAsync("POST", "/checks", new { url = target.Url, request = new { nonsense = 1 } })).IsProblem(400, "validation_failed", "request.nonsense");
        var answer = await user.SendAsync("POST", "/checks", new { url = target.Url, assertions = new[] { "status eq 404", "json $.ok eq true (degraded)" } });
        Assert.True(answer.Status == 200, $"{answer}");
        Assert.Equal((true, "degraded", "expected json $.ok eq true, got false"), (answer["success"].GetBoolean(), answer.Text("state"), answer.Text("detail")));
        Assert.Equal(("json", "$.ok", "eq", true, "degraded", false, "false"), (answer["assertions"][1].GetProperty("source").GetString(), answer["assertions"][1].GetProperty("property").GetString(),
            answer["assertions"][1].GetProperty("op").GetString(), answer["assertions"][1].GetProperty("value").GetBoolean(), answer["assertions"][1].GetProperty("severity").GetString(),
            answer["assertions"][1].GetProperty("ok").GetBoolean(), answer["assertions"][1].GetProperty("actual").GetString()));
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresTriedChecksBorrowSecretsTests(PostgresApi api) : TriedChecksBorrowSecretsTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteTriedChecksBorrowSecretsTests(SqliteApi api) : TriedChecksBorrowSecretsTests(api);
