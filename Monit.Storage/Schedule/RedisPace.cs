using StackExchange.Redis;

namespace Monit.Storage.Schedule;

/// <summary>What the workers of the installation have done in the last minute, as they say it themselves. A statistic: a lost call is not repeated.</summary>
/// <exception cref="RedisException">Redis is unavailable, or replied with an error.</exception>
public sealed class RedisPace(IConnectionMultiplexer redis, RedisKeys keys)
{
    private IDatabase Db => redis.GetDatabase();

    /// <summary>Adds what one worker has done.</summary>
    /// <param name="lag">The sum of the times from due to claimed.</param>
    public Task AddAsync(long checks, long missed, long claims, TimeSpan lag) => Db.ScriptEvaluateAsync(
        RedisScript.Pace.Text, keys.For(0, RedisScript.Pace), [checks, missed, claims, (long)lag.TotalMilliseconds]);

    public async Task<Pace> ReadAsync()
    {
        long checks = 0, missed = 0, claims = 0, lag = 0;
        foreach (var entry in await Db.HashGetAllAsync(keys.For(0, "pace")))
        {
            if (((string)entry.Value!).Split(' ') is not [var c, var m, var n, var l])
                continue;
            checks += Number(c);
            missed += Number(m);
            claims += Number(n);
            lag += Number(l);
        }
        return new Pace(checks, missed, claims == 0 ? null : TimeSpan.FromMilliseconds((double)lag / claims));
    }

    private static long Number(string text) => long.TryParse(text, out var number) ? number : 0;
}
