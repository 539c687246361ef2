using StackExchange.Redis;

namespace Monit.Worker;

/// <summary>Checks Redis' eviction policy: the schedule is a few large keys, so a single eviction would remove all of it.</summary>
internal static partial class EvictionCheck
{
    private const string Field = "maxmemory_policy:";

    /// <summary>Logs a warning if the policy is not <c>noeviction</c>; only a debug message if the server does not report it.</summary>
    public static async Task WarnAsync(IDatabase redis, ILogger logger)
    {
        try
        {
            // As a script: the client's own INFO call requires allowAdmin, which no service needs otherwise.
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

    [LoggerMessage(2, LogLevel.Debug, "Redis does not report its eviction policy ({Reason})")]
    private static partial void LogUnknown(ILogger logger, string reason);
}
