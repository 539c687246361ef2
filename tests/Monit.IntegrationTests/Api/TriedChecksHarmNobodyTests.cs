using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.Probes;
using Monit.Probes.Network;
using Monit.Probes.Runs;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

/// <summary>
/// <c>POST /checks</c> answers what a worker would find, whatever the target does, and touches nothing else: no store, no private
/// address, no other account's share of the API.
/// </summary>
public abstract class TriedChecksHarmNobodyTests(ApiFixture api)
{
    private static readonly (string, string) Private = ("Network:AllowPrivateTargets", "true");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_IsTheReportOfTheCheck_AndNothingIsStored()
    {
        await using var host = await api.StartAsync(Private);
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Status(503, body: "busy") };
        var user = await host.NewUserAsync();
        var answer = await user.SendAsync("POST", "/checks", new { url = target.Url });
        Assert.True(answer.Status == 200, $"{answer}");
        Assert.Equal(("False", "down", "UNEXPECTED_STATUS", "expected status 200, got 503", "503"),
            (answer.Text("success"), answer.Text("state"), answer.Text("reason"), answer.Text("detail"), answer.Text("http_status")));
        Assert.InRange(answer["phases_ms.total"].GetDouble(), 0.001, 60_000);
        Assert.True(answer.IsNull("certificate") && answer["assertions"].GetArrayLength() == 0);
        Assert.Equal("up", (await user.SendAsync("POST", "/checks", new { url = target.Url, expected_status = 503 })).Text("state"));
        Assert.Equal(2, target.Requests.Count);

        Assert.Equal(0, await host.DbAsync(db => db.Monitors.CountAsync(Ct)) + await host.DbAsync(db => db.Incidents.CountAsync(Ct)) + await host.DbAsync(db => db.Alerts.CountAsync(Ct)));
        Assert.Equal("0", (await user.GetAsync("/users/profile")).Text("monitors_count"));
    }

    [Fact]
    public async Task Answer_IsAReport_WhateverTheTargetDoes()
    {
        await using var host = await api.StartAsync(Private);
        await using var target = new ScriptedTarget();
        var user = await host.NewUserAsync();
        async Task Is(string reason, string url, Func<Stream, string, CancellationToken, Task<bool>>? does = null)
        {
            target.Answer = does ?? target.Answer;
            var answer = await user.SendAsync("POST", "/checks", new { url, timeout_sec = 1 });
            Assert.True(answer.Status == 200 && answer.Text("reason") == reason, $"{reason} {answer}");
            Assert.Equal((false, "down"), (answer["success"].GetBoolean(), answer.Text("state")));
        }
        await Is("TIMEOUT", target.Url, ScriptedTarget.Stall());
        await Is("NETWORK_ERROR", target.Url, ScriptedTarget.Text("nonsense"));
        await Is("TOO_MANY_REDIRECTS", target.Url, ScriptedTarget.Status(302, $"Location: {target.Url}\r\n"));
        await Is("UNEXPECTED_STATUS", target.Url, ScriptedTarget.Status(404));
        await using (var secure = new ScriptedTarget(ScriptedTarget.Certificate(TimeProvider.System.GetUtcNow().AddDays(9))))
            await Is("TLS_ERROR", secure.Url);
        await Is("BLOCKED_TARGET", "http://169.254.169.254/");
        var free = new TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await Is("NETWORK_ERROR", $"http://127.0.0.1:{port}/");
    }

    [Fact]
    public async Task Request_IsValidatedAsForANewMonitor_ButNeedsNoInterval()
    {
        var user = await api.Host.NewUserAsync();
        Task<Answer> Send(object body) => user.SendAsync("POST", "/checks", body);
        (await Send(new { })).IsProblem(400, "validation_failed", "url");
        (await Send(new { url = "ftp://example.com/" })).IsProblem(400, "validation_failed", "url");
        (await Send(new { url = "http://127.0.0.1/", timeout_sec = 61 })).IsProblem(400, "validation_failed", "timeout_sec");
        (await Send(new { url = "http://127.0.0.1/", interval_sec = 1 })).IsProblem(400, "validation_failed", "interval_sec");
        (await Send(new { url = "http://127.0.0.1/", interval_sec = 20, timeout_sec = 20 })).IsProblem(400, "validation_failed", "timeout_sec");
        (await Send(new { url = "http://127.0.0.1/", expected_status = 600 })).IsProblem(400, "validation_failed", "expected_status");
        (await Send(new { url = "http://127.0.0.1/", id = "x" })).IsProblem(400, "validation_failed", "id");
        (await Send(new { url = "http://127.0.0.1/", later = 1 })).IsProblem(400, "validation_failed", "later");
        Assert.Equal(200, (await Send(new { url = "http://127.0.0.1/", timeout_sec = 60, name = "x", enabled = false, alert_email = "a@example.com" })).Status);
    }

    [Fact]
    public async Task Monitor_OfSomebodyElse_LendsNothing()
    {
        var (user, other) = (await api.Host.NewUserAsync(), await api.Host.NewUserAsync());
        var id = await other.NewMonitorAsync();
        (await user.SendAsync("POST", "/checks", new { url = "http://127.0.0.1/", id })).IsProblem(404, "not_found");
        Assert.Equal(200, (await other.SendAsync("POST", "/checks", new { url = "http://127.0.0.1/", id })).Status);
    }

    [Fact]
    public async Task PrivateAddress_IsNeverReached()
    {
        await using var target = new ScriptedTarget();
        var user = await api.Host.NewUserAsync();
        foreach (var host in (string[])
            [
                "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "0.0.0.0", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
                "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]",
            ])
        {
            var answer = await user.SendAsync("POST", "/checks", new { url = $"http://{host}:{target.Port}/", timeout_sec = 5 });
            Assert.True(answer.Status == 200 && answer.Text("reason") == "BLOCKED_TARGET", $"{host} {answer}");
            Assert.True(answer.IsNull("http_status") && answer.IsNull("body") && answer.IsNull("headers"), $"{host} {answer}");
        }
        Assert.Equal(0, target.Connections);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("//100.100.100.200/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    public async Task Redirect_ToAMetadataService_IsNotFollowed(string location)
    {
        await using var host = await api.StartAsync(Private);
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Status(302, $"Location: {location}\r\n") };
        var answer = await (await host.NewUserAsync()).SendAsync("POST", "/checks", new { url = target.Url });
        Assert.True(answer.Text("reason") == "BLOCKED_TARGET", $"{answer}");
    }

    [Fact]
    public async Task Account_OverItsRate_429_AndOthersAreServed()
    {
        await using var host = await api.StartAsync(("Api:ChecksPerSecond", "1"), ("Api:ChecksBurst", "3"));
        var (user, other) = (await host.NewUserAsync(), await host.NewUserAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => user.SendAsync("POST", "/checks", new { url = "http://127.0.0.1/" })));
        Assert.InRange(answers.Count(a => a.Status == 200), 3, 29);
        foreach (var refused in answers.Where(a => a.Status != 200))
            Assert.InRange(int.Parse(refused.IsProblem(429, "rate_limited").Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(200, (await other.SendAsync("POST", "/checks", new { url = "http://127.0.0.1/" })).Status);
        // Its other requests have the general limit.
        Assert.Equal(200, (await user.GetAsync("/monitors")).Status);
    }

    [Fact]
    public async Task Checks_AtOnce_AreBounded_AndAClientThatGoesTakesItsOwnAlong()
    {
        await using var host = await api.StartAsync(Private, ("Api:ChecksAtOnce", "4"));
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Stall() };
        var users = new[] { await host.NewUserAsync(), await host.NewUserAsync(), await host.NewUserAsync() };
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var body = new { url = target.Url, timeout_sec = 60 };
        var running = new[] { users[0], users[0], users[1], users[1] }.Select(user => user.SendUntilAsync("POST", "/checks", body, gone.Token)).ToList();
        await Eventually.True(() => target.Open == 4, "four checks are running");

        (await users[0].SendAsync("POST", "/checks", body)).IsProblem(429, "rate_limited");
        var refused = (await users[2].SendAsync("POST", "/checks", body)).IsProblem(503, "unavailable");
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(200, (await users[2].GetAsync("/monitors")).Status);

        await gone.CancelAsync();
        await Task.WhenAll(running.Select(one => Assert.ThrowsAnyAsync<OperationCanceledException>(() => one)));
        await Eventually.True(() => target.Open == 0, "the target's connections are closed");
        target.Answer = ScriptedTarget.Status(200);
        await Eventually.True(async () => (await users[2].SendAsync("POST", "/checks", body)).Status == 200, "there is room again");
    }

    [Fact]
    public async Task Account_AloneWithASingleSlot_MayUseIt()
    {
        await using var host = await api.StartAsync(Private, ("Api:ChecksAtOnce", "1"));
        await using var target = new ScriptedTarget();
        Assert.Equal("up", (await (await host.NewUserAsync()).SendAsync("POST", "/checks", new { url = target.Url })).Text("state"));
    }

    [Fact]
    public async Task Shortage_OfMonitsOwn_IsNoVerdict()
    {
        await using var host = await api.StartAsync(builder => builder.Services.AddSingleton<TargetResolver>((_, _) => throw new SocketException((int)SocketError.TooManyOpenSockets)));
        var refused = (await (await host.NewUserAsync()).SendAsync("POST", "/checks", new { url = "http://example.com/" })).IsProblem(503, "unavailable");
        Assert.NotEmpty(refused.Headers["Retry-After"]);
        Assert.Contains("files", refused.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defect_OfMonitsOwn_IsPending()
    {
        await using var host = await api.StartAsync(builder => builder.Services.AddSingleton<TargetResolver>((_, _) => throw new InvalidOperationException("an internal secret")));
        var answer = await (await host.NewUserAsync()).SendAsync("POST", "/checks", new { url = "http://example.com/" });
        Assert.True(answer.Status == 200, $"{answer}");
        Assert.Equal((false, "pending", "CHECK_ERROR"), (answer["success"].GetBoolean(), answer.Text("state"), answer.Text("reason")));
        Assert.DoesNotContain("secret", answer.Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Api:ChecksPerSecond", "1001")]
    [InlineData("Api:ChecksPerSecond", "-1")]
    [InlineData("Api:ChecksBurst", "0")]
    [InlineData("Api:ChecksAtOnce", "0")]
    [InlineData("Api:ChecksAtOnce", "1001")]
    public async Task Setting_OutOfItsRange_StopsTheStart(string setting, string value)
    {
        var failure = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => api.StartAsync((setting, value)));
        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_OfTwoServicesInOneProcess_AreThereOnce()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.AddMonitProbes();
        var once = builder.Services.Count;
        builder.AddMonitProbes();
        Assert.Equal(once, builder.Services.Count);
        builder.Services.AddSingleton(TimeProvider.System);
        using var host = builder.Build();
        Assert.NotNull(host.Services.GetRequiredService<ProbeRegistry>());
        await Task.CompletedTask;
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresTriedChecksHarmNobodyTests(PostgresApi api) : TriedChecksHarmNobodyTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteTriedChecksHarmNobodyTests(SqliteApi api) : TriedChecksHarmNobodyTests(api);
