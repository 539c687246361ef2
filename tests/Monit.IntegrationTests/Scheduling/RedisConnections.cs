using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

internal static class RedisConnections
{
    private static Task<IConnectionMultiplexer>? _resp2;

    public static Task<IConnectionMultiplexer> NewConnectionAsync(this LocalStores stores) => stores.ConnectAsync(_ => { });

    /// <summary>A shared connection with the RESP2 protocol.</summary>
    public static Task<IConnectionMultiplexer> Resp2Async(this LocalStores stores) =>
        _resp2 ??= stores.ConnectAsync(options => options.Protocol = RedisProtocol.Resp2);

    /// <summary>Connects to a server of the test's own.</summary>
    public static async Task<IConnectionMultiplexer> ConnectAsync(this RedisServer server) =>
        await ConnectionMultiplexer.ConnectAsync(server.ConnectionString, options =>
        {
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.ReconnectRetryPolicy = new LinearRetry(50);
        });

    private static async Task<IConnectionMultiplexer> ConnectAsync(this LocalStores stores, Action<ConfigurationOptions> configure) =>
        await ConnectionMultiplexer.ConnectAsync(await stores.RedisConnectionStringAsync(), LocalStores.Patient + configure);
}
