using Monit.IntegrationTests.Scheduling;
using Monit.Standalone;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(GarnetHost))]

namespace Monit.IntegrationTests.Scheduling;

/// <summary>The embedded Garnet of a test run, started when the first test asks for it.</summary>
public sealed class GarnetHost : IDisposable
{
    private readonly Lazy<EmbeddedRedis> _server = new(() => new EmbeddedRedis());
    private readonly Lazy<Task<IConnectionMultiplexer>> _redis;

    public GarnetHost() => _redis = new(async () => await NewConnectionAsync());

    /// <summary>A connection shared by all tests: keep apart by key prefix.</summary>
    public Task<IConnectionMultiplexer> RedisAsync() => _redis.Value;

    public async Task<IConnectionMultiplexer> NewConnectionAsync()
    {
        var options = _server.Value.ClientOptions.Clone();
        options.AllowAdmin = true;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>As clients that do not speak RESP3 connect.</summary>
    public async Task<IConnectionMultiplexer> Resp2Async()
    {
        var options = _server.Value.ClientOptions.Clone();
        options.Protocol = RedisProtocol.Resp2;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    public void Dispose()
    {
        if (_redis.IsValueCreated)
            _redis.Value.GetAwaiter().GetResult().Dispose();
        if (_server.IsValueCreated)
            _server.Value.Dispose();
    }
}
