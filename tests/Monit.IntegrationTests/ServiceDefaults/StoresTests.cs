using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Monit.Core;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;
using Monit.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Monit.IntegrationTests.ServiceDefaults;

/// <summary>What Monit relies on of Aspire's clients of the stores.</summary>
public sealed class StoresTests(LocalStores stores)
{
    private const string Nowhere = "127.0.0.1:1,connectTimeout=200,connectRetry=0";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_AreFoundByTheirNames()
    {
        using var host = Build(await stores.RedisConnectionStringAsync(), await stores.NewDatabaseAsync());

        Assert.True(await Redis(host).GetDatabase().PingAsync() >= TimeSpan.Zero);
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContextAsync(Ct);
        Assert.Equal(0, await db.Monitors.CountAsync(Ct));
        await using var scope = host.Services.CreateAsyncScope();
        Assert.Equal(db.Database.GetConnectionString(), scope.ServiceProvider.GetRequiredService<MonitDb>().Database.GetConnectionString());
    }

    [Fact]
    public async Task ContextOfAScope_IsNotGivenBackTwice()
    {
        await using var services = new ServiceCollection().AddMonitDb<SqliteMonitDb>(options => options.UseMonitSqlite("Data Source=:memory:"))
            .AddScoped<NextScope>().BuildServiceProvider();
        await using (var scope = services.CreateAsyncScope())
        {
            // Disposed of in the opposite order, so that another scope borrows a context between the two.
            scope.ServiceProvider.GetRequiredService<SqliteMonitDb>();
            scope.ServiceProvider.GetRequiredService<NextScope>();
            scope.ServiceProvider.GetRequiredService<MonitDb>();
        }
        await using var mine = await services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContextAsync(Ct);
        Assert.NotSame(NextScope.Borrowed, mine);
        Assert.True(NextScope.Borrowed!.Database.IsSqlite());
    }

    private sealed class NextScope(IDbContextFactory<MonitDb> contexts) : IDisposable
    {
        public static MonitDb? Borrowed { get; private set; }

        public void Dispose() => Borrowed = contexts.CreateDbContext();
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("monitdb")]
    public void MissingConnectionString_IsNamed(string name)
    {
        var refused = Assert.Throws<StartException>(() => Build(
            name == "redis" ? null : Nowhere, name == "monitdb" ? null : "Host=nowhere"));

        Assert.Contains($"ConnectionStrings:{name} is not set", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_IsGoodWithBothStores()
    {
        using var host = Build(await stores.RedisConnectionStringAsync(), await stores.NewDatabaseAsync());

        var report = await CheckAsync(host);

        Assert.Equal(2, report.Entries.Count);
        Assert.All(report.Entries.Values, entry => Assert.Equal(HealthStatus.Healthy, entry.Status));
    }

    [Fact]
    public async Task Health_ReportsWhichStoreIsUnavailable()
    {
        using var noRedis = Build(Nowhere, await stores.NewDatabaseAsync());
        using var noSql = Build(await stores.RedisConnectionStringAsync(), "Host=127.0.0.1;Port=1;Timeout=1");

        var redis = Assert.Single((await CheckAsync(noRedis)).Entries, entry => entry.Value.Status == HealthStatus.Unhealthy);
        var sql = Assert.Single((await CheckAsync(noSql)).Entries, entry => entry.Value.Status == HealthStatus.Unhealthy);
        Assert.NotEqual(redis.Key, sql.Key);
    }

    [Fact]
    public async Task Redis_Unavailable_StopsNoStart_AndFailsCommandsAtOnce()
    {
        using var host = Build(Nowhere, "Host=nowhere");

        var redis = Redis(host);

        // A command that waited for the connection to come back would end in a time-out, which is another exception.
        await Assert.ThrowsAsync<RedisConnectionException>(() => redis.GetDatabase().PingAsync());
        Assert.Contains("abortConnect=False", redis.Configuration, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Sql_IsNotRetriedByItsClient()
    {
        using var host = Build(Nowhere, "Host=nowhere");
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContextAsync(Ct);

        Assert.False(db.Database.CreateExecutionStrategy().RetriesOnFailure);
    }

    [Fact]
    public async Task Sql_IsTraced_AndRedisLeftToThePipeline()
    {
        var sources = new ConcurrentBag<string>();
        using (var host = Build(await stores.RedisConnectionStringAsync(), await stores.NewDatabaseAsync(), sources))
        {
            await host.StartAsync(Ct);
            await Redis(host).GetDatabase().StringGetAsync("monit-traced");
            await using var db = await host.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContextAsync(Ct);
            await db.Monitors.CountAsync(Ct);
            await host.StopAsync(Ct);
        }

        Assert.Equal(["Npgsql"], sources.Distinct());
    }

    private static IHost Build(string? redis, string? sql, ConcurrentBag<string>? sources = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", redis), new("ConnectionStrings:monitdb", sql)]);
        builder.Services.AddOpenTelemetry().WithTracing(tracing =>
        {
            if (sources is not null)
                tracing.AddProcessor(new Sources(sources));
        });
        builder.AddMonitRedis();
        builder.AddMonitDatabase();
        return builder.Build();
    }

    private static IConnectionMultiplexer Redis(IHost host) => host.Services.GetRequiredService<IConnectionMultiplexer>();

    private static Task<HealthReport> CheckAsync(IHost host) =>
        host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Ct);

    private sealed class Sources(ConcurrentBag<string> seen) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => seen.Add(data.Source.Name);
    }
}
