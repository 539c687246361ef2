using Monit.Standalone;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>Calls after SCRIPT FLUSH and FLUSHALL. Not on the shared servers, since it empties them.</summary>
public sealed class ScriptCacheTests
{
    [Fact]
    public async Task OnRedis()
    {
        using var server = await RedisServer.StartAsync();
        await FlushAsync(ConfigurationOptions.Parse(server.ConnectionString));
    }

    [Fact]
    public async Task OnGarnet()
    {
        using var server = new EmbeddedRedis(Path.Combine(Path.GetTempPath(), $"monit-cache-{Environment.ProcessId}"));
        await FlushAsync(server.ClientOptions);
    }

    private static async Task FlushAsync(ConfigurationOptions options)
    {
        options.AllowAdmin = true;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        await using var suite = new Flushed(redis);
        await suite.InitializeAsync();
        await suite.RunAsync();
    }

    private sealed class Flushed(IConnectionMultiplexer redis) : ScriptSuite(() => Task.FromResult(redis))
    {
        public async Task RunAsync()
        {
            await AddClaimedAsync(1);
            await Db.ExecuteAsync("SCRIPT", "FLUSH");
            var claim = await AddClaimedAsync(1);
            await Db.ExecuteAsync("SCRIPT", "FLUSH");
            Assert.Empty(await CompleteAsync(Leases(claim)[0], claim.Now + 60_000));

            await Db.ExecuteAsync("FLUSHALL");
            Gone(Known);
            var lost = await Schedule.ClaimAsync(0, 1, Lease);
            Assert.False(lost.Built);
            Assert.Empty(lost.Jobs);
            await AddClaimedAsync(3);
        }
    }
}
