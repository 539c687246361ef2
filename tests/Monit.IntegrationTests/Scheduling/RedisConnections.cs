using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

internal static class RedisConnections
{
    public static async Task<IConnectionMultiplexer> NewConnectionAsync(this LocalStores stores) =>
        await ConnectionMultiplexer.ConnectAsync(await stores.RedisConnectionStringAsync());

    /// <summary>As clients that do not speak RESP3 connect.</summary>
    public static async Task<IConnectionMultiplexer> Resp2Async(this LocalStores stores) =>
        await ConnectionMultiplexer.ConnectAsync(await stores.RedisConnectionStringAsync(), o => o.Protocol = RedisProtocol.Resp2);
}
