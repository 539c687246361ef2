using System.Reflection;
using Microsoft.Extensions.Options;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.Benchmarks;

/// <summary>Returns the same reply to every script at once, so that only encoding and decoding are measured.</summary>
public class CannedRedis : DispatchProxy
{
    private object? _reply;

    public static RedisSchedule Schedule(RedisResult reply)
    {
        var redis = Create<IConnectionMultiplexer, CannedRedis>();
        var database = Create<IDatabase, CannedRedis>();
        ((CannedRedis)(object)redis)._reply = database;
        ((CannedRedis)(object)database)._reply = Task.FromResult(reply);
        var options = Options.Create(new SchedulingOptions());
        return new RedisSchedule(redis, new RedisKeys(options), options, new StoreResilience(TimeProvider.System), TimeProvider.System);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _reply;
}
