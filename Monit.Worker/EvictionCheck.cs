using StackExchange.Redis;

namespace Monit.Worker;

/// <summary>A Redis that evicts under memory pressure drops the whole schedule at once: it is a few large keys.</summary>
internal static partial class EvictionCheck
{
    /// <summary>Warns once where a server's policy is anything but <c>noeviction</c>. A server that does not tell is left alone.</summary>
    public static async Task WarnAsync(IConnectionMultiplexer redis, ILogger logger)
    {
        foreach (var server in redis.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            var policy = await PolicyAsync(server);
            if (policy is not (null or "noeviction"))
                LogEvicts(logger, $"{server.EndPoint}", policy);
        }
    }

    private static async Task<string?> PolicyAsync(IServer server)
    {
        try
        {
            var memory = (await server.InfoAsync("memory")).SelectMany(section => section);
            return memory.FirstOrDefault(entry => entry.Key == "maxmemory_policy").Value;
        }
        catch (Exception refused) when (refused is RedisServerException or RedisCommandException)
        {
            // This user may not ask, or the connection string turns such commands off.
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Redis at {EndPoint} has maxmemory-policy {Policy} and may drop the schedule; set it to noeviction")]
    private static partial void LogEvicts(ILogger logger, string endPoint, string policy);
}
