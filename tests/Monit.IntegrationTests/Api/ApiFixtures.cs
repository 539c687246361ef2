using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

/// <summary>One API for all tests of a store; each test uses its own accounts.</summary>
public abstract class ApiFixture(LocalStores stores) : IAsyncLifetime
{
    private ApiHost? _host;
    private Exception? _missing;

    public ApiHost Host => _host ?? throw _missing!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _host = await StartAsync();
        }
        catch (InvalidOperationException missing) when (Server.IsSkip(missing))
        {
            _missing = missing;
        }
    }

    /// <summary>Starts another API, on a database of its own.</summary>
    public async Task<ApiHost> StartAsync(params (string, string)[] settings) =>
        await ApiHost.StartAsync(await NewDatabaseAsync(), await stores.RedisConnectionStringAsync(), settings);

    /// <summary>Starts another API, on a database of its own, with services of the test before those of Monit.</summary>
    public async Task<ApiHost> StartAsync(Action<WebApplicationBuilder> services, params (string, string)[] settings) =>
        await ApiHost.StartAsync(await NewDatabaseAsync() + services, await stores.RedisConnectionStringAsync(), settings);

    public async Task<ApiHost> StartWithoutRedisAsync() =>
        await ApiHost.StartAsync(await NewDatabaseAsync(), "127.0.0.1:1,connectTimeout=200,connectRetry=0");

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_host is not null)
            await _host.DisposeAsync();
    }

    protected LocalStores Stores => stores;
    protected abstract Task<Action<WebApplicationBuilder>> NewDatabaseAsync();
}

public sealed class PostgresApi(LocalStores stores) : ApiFixture(stores)
{
    protected override async Task<Action<WebApplicationBuilder>> NewDatabaseAsync()
    {
        var connection = await Stores.NewDatabaseAsync();
        return builder =>
        {
            builder.Configuration["ConnectionStrings:monitdb"] = connection;
            builder.AddMonitDatabase();
        };
    }
}

public sealed class SqliteApi(LocalStores stores) : ApiFixture(stores)
{
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-api-").FullName;
    private int _files;

    protected override Task<Action<WebApplicationBuilder>> NewDatabaseAsync()
    {
        var file = Path.Combine(_folder, $"{Interlocked.Increment(ref _files)}.db");
        return Task.FromResult<Action<WebApplicationBuilder>>(builder =>
            builder.Services.AddMonitDb<SqliteMonitDb>(o => o.UseMonitSqlite($"Data Source={file}")));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}

[CollectionDefinition(nameof(PostgresApi))]
public sealed class PostgresApiCollection : ICollectionFixture<PostgresApi>;

[CollectionDefinition(nameof(SqliteApi))]
public sealed class SqliteApiCollection : ICollectionFixture<SqliteApi>;
