using StackExchange.Redis;

namespace Monit.Testing;

/// <summary>A Redis Cluster of three masters with a replica each, on this machine.</summary>
internal sealed class RedisCluster : IDisposable
{
    private readonly List<RedisServer> _nodes;

    private RedisCluster(List<RedisServer> nodes) => _nodes = nodes;

    public string ConnectionString => string.Join(',', _nodes.Select(node => $"127.0.0.1:{node.Port}")) + ",abortConnect=false,connectRetry=10";

    public static async Task<RedisCluster> StartAsync()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RedisServer.StartAsync(
            "--cluster-enabled", "yes", "--cluster-port", $"{Server.FreePort()}", "--cluster-node-timeout", "1000",
            "--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0")));
        var cluster = new RedisCluster([.. nodes]);
        Server.Run("redis-cli", ["--cluster", "create", .. nodes.Select(node => $"127.0.0.1:{node.Port}"), "--cluster-replicas", "1", "--cluster-yes"]);
        await Eventually.True(async () => (await cluster.RolesAsync()).All(role => role is "master" or "replica"), "every replica follows its master");
        return cluster;
    }

    /// <summary>SIGKILL of the master that has a key. Returns when its replica has taken over.</summary>
    public async Task KillMasterOfAsync(RedisKey key)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(ConnectionString);
        var endpoint = await redis.GetDatabase().IdentifyEndpointAsync(key);
        var master = _nodes.Single(node => endpoint!.ToString()!.EndsWith($":{node.Port}", StringComparison.Ordinal));
        master.Kill();
        _nodes.Remove(master);
        await Eventually.True(async () => (await RolesAsync()).Count(role => role == "master") == 3, "a replica has taken over");
    }

    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    // A replica that is not in step yet is none.
    private async Task<string[]> RolesAsync() => await Task.WhenAll(_nodes.Select(async node =>
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{node.Port},allowAdmin=true");
        var server = redis.GetServers().Single(server => server.EndPoint.ToString()!.EndsWith($":{node.Port}", StringComparison.Ordinal));
        return await server.RoleAsync() switch
        {
            Role.Master => "master",
            Role.Replica { State: "connected" } => "replica",
            _ => "neither",
        };
    }));
}
