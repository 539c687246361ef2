using Monit.Testing;
using StackExchange.Redis;

namespace Monit.AppHost.Tests;

/// <summary>The distributed application runs on stores given by connection strings, without a container.</summary>
public sealed class StartTests(LocalStores stores)
{
    [Fact]
    public async Task Application_Starts_EveryServiceIsHealthy_TheDemoIsSeeded_AndStoppingDrainsTheWorkers()
    {
        await using var app = await RunningApp.StartAsync(stores);

        foreach (var service in RunningApp.Services)
        {
            using var http = app.Client(service);
            Assert.Equal("Healthy", await http.GetStringAsync("/health", TestContext.Current.CancellationToken));
            Assert.Equal("Healthy", await http.GetStringAsync("/alive", TestContext.Current.CancellationToken));
        }

        var demo = await app.CommandAsync("api", "seed-demo");
        Assert.Equal("100 monitors were created.", demo.Message);

        await app.StopAsync();
        Assert.Equal(2, app.Telemetry.Count(item =>
            item is { Service: "worker", Signal: "logs" } && item.Name.StartsWith("Drained in ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task WithoutConnectionStrings_ItStartsItsStores_EveryLinkOpens_AndNothingStaysInflight()
    {
        var redisServer = Server.Find("redis-server", "/usr/local/bin", "/opt/homebrew/bin") ?? throw Server.Missing("redis-server");
        if (PostgresServer.FindBin() is null)
            throw Server.Missing("PostgreSQL");
        var folder = Directory.CreateTempSubdirectory("monit-apphost-");
        try
        {
            // PostgreSQL, which is not root, has to get in.
            Server.Run("chmod", "711", folder.FullName);
            // Once more on what the first run has left.
            for (var run = 0; run < 2; run++)
            {
                await using var app = await RunningApp.StartAsync($"--LocalStores:Directory={folder.FullName}");
                Assert.Equal("100 monitors were created.", (await app.CommandAsync("api", "seed-demo")).Message);
                await Eventually.True(() => app.Telemetry.Any(item => item is { Service: "alerts", Name: "monit.alert.deliver" }),
                    "the demo's closed port is found, and somebody is told", 60);

                using var http = new HttpClient();
                Assert.Equal(4, app.Links().Count);
                foreach (var link in app.Links())
                    Assert.NotEmpty(await http.GetStringAsync(link, TestContext.Current.CancellationToken));
                await app.StopAsync();
            }

            var port = Server.FreePort();
            using var left = Server.Start(folder.FullName, redisServer, "--port", $"{port}", "--dir", $"{folder.FullName}/redis", "--appendonly", "yes");
            await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},connectRetry=10,abortConnect=false,allowAdmin=true");
            await Eventually.True(async () => (await Keys(redis)).Length > 0, "the stopped Redis' data is there");
            Assert.DoesNotContain(await Keys(redis), key => key.EndsWith("inflight", StringComparison.Ordinal));
            Assert.Contains(await Keys(redis), key => key.EndsWith("schedule", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static async Task<string[]> Keys(ConnectionMultiplexer redis)
        {
            try
            {
                return (string[])(await redis.GetDatabase().ExecuteAsync("KEYS", "*"))!;
            }
            catch (RedisException)
            {
                return []; // Still starting.
            }
        }
    }

    [Fact]
    public async Task Monitor_GoesDownAndUp_MailTellsBoth_AndSoDoTraces()
    {
        await using var inbox = new SmtpSink();
        await using var target = new ScriptedTarget();
        await using var app = await RunningApp.StartAsync(stores,
            "--Smtp:Host=127.0.0.1", $"--Smtp:Port={inbox.Port}", "--Smtp:Security=None", "--Smtp:From=monit@example.org");
        var user = await app.RegisterAsync();
        var monitor = await user.AddMonitorAsync(target.Url, "ops@example.org");

        await user.StatusBecomesAsync(monitor, "up");
        target.Answer = ScriptedTarget.Status(500);
        await user.StatusBecomesAsync(monitor, "down");
        await Eventually.True(() => inbox.Received.Count == 1, "one mail says that it is down", 30);
        // A recovery that overtakes the first alert would have to wait for it, and end up in another trace.
        await Eventually.True(() => AlertTraces(app) == 1, "the alert is delivered in the trace of its check", 30);
        target.Answer = ScriptedTarget.Status(200);
        await user.StatusBecomesAsync(monitor, "up");
        await Eventually.True(() => inbox.Received.Count == 2, "another says that it is up", 30);
        await Eventually.True(() => AlertTraces(app) == 2, "so is the second, in another", 30);

        Assert.All(inbox.Received, mail => Assert.Contains("<ops@example.org>", mail.To, StringComparison.Ordinal));
        foreach (var service in RunningApp.Services)
            foreach (var signal in (string[])["traces", "metrics", "logs"])
                await Eventually.True(() => app.Telemetry.Any(item => item.Service == service && item.Signal == signal), $"{service} sends {signal}", 30);
        // The loops that look for work start no traces.
        Assert.All(app.Telemetry.Where(item => item is { Service: "worker", Signal: "traces", Parent: "" }), span => Assert.Equal("monit.check", span.Name));
    }

    /// <summary>Traces that reach from a check, by way of its dispatch, to the delivery in the other service.</summary>
    private static int AlertTraces(RunningApp app)
    {
        (string, string)[] path = [("worker", "monit.check"), ("worker", "monit.alert.dispatch"), ("alerts", "monit.alert.deliver")];
        return app.Telemetry.Where(item => item.Signal == "traces").GroupBy(span => span.Trace)
            .Count(trace => path.All(trace.Select(span => (span.Service, span.Name)).Contains));
    }
}
