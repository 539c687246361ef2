using Monit.Testing;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(LocalStores))]

namespace Monit.Testing;

/// <summary>The stores of a test run, each started once, when the first test asks for it.</summary>
public sealed class LocalStores : IDisposable
{
    private readonly Lazy<Task<RedisServer>> _redisServer = new(() => RedisServer.StartAsync());
    private readonly Lazy<Task<PostgresServer>> _postgres = new(PostgresServer.StartAsync);
    private readonly Lazy<Task<IConnectionMultiplexer>> _redis;

    public LocalStores() => _redis = new(async () =>
        await ConnectionMultiplexer.ConnectAsync(await RedisConnectionStringAsync(), Patient));

    /// <summary>Of a redis-server shared by all tests: keep apart with <see cref="NewPrefix"/>.</summary>
    public async Task<string> RedisConnectionStringAsync() =>
        Environment.GetEnvironmentVariable("MONIT_TEST_REDIS") is { Length: > 0 } given
            ? given
            : (await _redisServer.Value).ConnectionString;

    public Task<IConnectionMultiplexer> RedisAsync() => _redis.Value;

    /// <summary>For a connection of the tests themselves: how long a busy machine takes to answer it is not what they assert.</summary>
    public static void Patient(ConfigurationOptions options) => options.AsyncTimeout = options.SyncTimeout = 60_000;

    /// <summary>A new, migrated PostgreSQL database.</summary>
    public async Task<string> NewDatabaseAsync() => await (await _postgres.Value).CreateDatabaseAsync();

    /// <summary>A <c>Scheduling:KeyPrefix</c> that no other test has.</summary>
    public static string NewPrefix() => $"t-{Guid.CreateVersion7()}";

    public void Dispose()
    {
        // What did not start has nothing to dispose, and failed the tests that asked for it.
        if (_redis is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            _redis.Value.Result.Dispose();
        if (_redisServer is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            _redisServer.Value.Result.Dispose();
        if (_postgres is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            _postgres.Value.Result.Dispose();
    }
}
