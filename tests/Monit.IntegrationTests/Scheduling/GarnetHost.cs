using Monit.IntegrationTests.Scheduling;
using Monit.Standalone;
using Monit.Testing;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(GarnetHost))]

namespace Monit.IntegrationTests.Scheduling;

/// <summary>The embedded Garnet of a test run, started by the first test that needs it.</summary>
public sealed class GarnetHost : IDisposable
{
    private readonly Lazy<EmbeddedRedis> _server = new(() => new EmbeddedRedis(Path.Combine(Path.GetTempPath(), $"monit-garnet-{Environment.ProcessId}")));
    private readonly Lazy<Task<IConnectionMultiplexer>> _redis;
    private readonly Lazy<Task<IConnectionMultiplexer>> _resp2;

    public GarnetHost()
    {
        _redis = new(NewConnectionAsync);
        _resp2 = new(() => ConnectAsync(options => options.Protocol = RedisProtocol.Resp2));
    }

    /// <summary>A connection shared by all tests, which must use their own key prefixes.</summary>
    public Task<IConnectionMultiplexer> RedisAsync() => _redis.Value;

    /// <summary>A shared connection with the RESP2 protocol.</summary>
    public Task<IConnectionMultiplexer> Resp2Async() => _resp2.Value;

    public string ConnectionString => _server.Value.ClientOptions.ToString();

    public Task<IConnectionMultiplexer> NewConnectionAsync() => ConnectAsync(_ => { });

    public void Dispose()
    {
        foreach (var connection in (Lazy<Task<IConnectionMultiplexer>>[])[_redis, _resp2])
            if (connection.IsValueCreated && connection.Value.IsCompletedSuccessfully)
                connection.Value.Result.Dispose();
        if (_server.IsValueCreated)
            _server.Value.Dispose();
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(Action<ConfigurationOptions> configure)
    {
        var options = _server.Value.ClientOptions.Clone();
        LocalStores.Patient(options);
        configure(options);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }
}
