using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>SIGKILL of redis-server under load: every id is restored from its append-only file.</summary>
[Trait("Speed", "Slow")]
public sealed class KillTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Kill_UnderLoad_LosesNoId(int repetition)
    {
        _ = repetition;
        using var server = await RedisServer.StartAsync();
        await using var redis = await server.ConnectAsync();
        await using var suite = new Killed(server, redis);
        await suite.InitializeAsync();
        await suite.RunAsync();
    }

    private sealed class Killed(RedisServer server, IConnectionMultiplexer redis) : ScriptSuite(() => Task.FromResult(redis))
    {
        private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
        private int _claimed;

        public async Task RunAsync()
        {
            var ids = await AddDueAsync(4000);
            var load = Enumerable.Range(0, 4).Select(_ => Task.Run(LoadAsync, Ct)).ToArray();
            await Eventually.True(() => Volatile.Read(ref _claimed) > 20_000, "20 000 claims have been made");
            server.Kill();
            await Task.WhenAll(load);

            await server.RestartAsync();
            await Eventually.True(() => redis.IsConnected, "the client has reconnected");
            var schedule = (await AllAsync("schedule")).Keys;
            var inflight = (await AllAsync("inflight")).Keys;
            Assert.Empty(ids.Except(schedule).Except(inflight));

            await Eventually.True(async () =>
            {
                await Schedule.ReclaimAsync(0, 2000, Hour, Ct);
                return (await AllAsync("inflight")).Count == 0;
            }, "every lease has expired and been reclaimed");
            await EachIdOnceAsync();
            Assert.Equal(4000, (await AllAsync("schedule")).Count);
        }

        // Claims, then completes, releases or abandons, until Redis is killed.
        private async Task LoadAsync()
        {
            await using var own = await server.ConnectAsync();
            var schedule = On(own);
            try
            {
                for (var round = 0; ; round++)
                {
                    var claim = await schedule.ClaimAsync(0, 100, Short);
                    var leases = Leases(claim);
                    Interlocked.Add(ref _claimed, leases.Length);
                    if (round % 3 == 0)
                        await schedule.ReleaseAsync(0, [.. leases.Select(l => (l, TimeSpan.Zero))], Ct);
                    else if (round % 10 != 1)
                        await schedule.CompleteAsync(0, [.. leases.Select(l =>
                            new Completion(l, claim.Now, TimeSpan.FromMilliseconds(3), Result, Up, Failing))], Ct);
                    await schedule.ReclaimAsync(0, 100, Hour, Ct);
                }
            }
            catch (RedisException)
            {
            }
        }
    }
}
