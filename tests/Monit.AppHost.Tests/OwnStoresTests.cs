using Monit.Testing;
using StackExchange.Redis;

namespace Monit.AppHost.Tests;

/// <summary>Without connection strings and without a container, the application starts its stores itself.</summary>
public sealed class OwnStoresTests
{
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
}
