using StackExchange.Redis;

namespace Monit.Worker;

/// <summary>A Redis that evicts under memory pressure drops the whole schedule at once: it is a few large keys.</summary>
internal static partial class EvictionCheck
{
    private const string Field = "maxmemory_policy:";

    /// <summary>Warns where the policy is anything but <c>noeviction</c>. A server that does not tell is left alone.</summary>
    public static async Task WarnAsync(IDatabase redis, ILogger logger)
    {
        try
        {
            // As a script: the client sends INFO itself only with admin rights, which no service needs otherwise.
            var memory = (string?)await redis.ScriptEvaluateAsync("return redis.call('INFO', 'memory')") ?? "";
            var policy = memory.Split('\n').FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal))?[Field.Length..].Trim();
            if (policy is not (null or "noeviction"))
                LogEvicts(logger, policy);
        }
        catch (RedisException unknown)
        {
            LogUnknown(logger, unknown.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Redis has maxmemory-policy {Policy} and may drop the schedule; set it to noeviction")]
    private static partial void LogEvicts(ILogger logger, string policy);

    [LoggerMessage(2, LogLevel.Debug, "Redis does not tell its eviction policy ({Reason})")]
    private static partial void LogUnknown(ILogger logger, string reason);
}
