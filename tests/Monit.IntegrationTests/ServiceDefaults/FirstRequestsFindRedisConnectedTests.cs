using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Monit.IntegrationTests.Api;
using Monit.IntegrationTests.Telemetry;
using Monit.ServiceDefaults;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.ServiceDefaults;

/// <summary>
/// The connection is made by the start, not by the first requests, which would all wait for it in threads of the pool: an API that
/// had just started answered nothing for half a minute when 200 came at once.
/// </summary>
public sealed class FirstRequestsFindRedisConnectedTests(LocalStores stores)
{
    [Fact]
    public async Task Api_IsConnected_BeforeItsFirstRequest_AndABurstIsServed()
    {
        var (name, redis) = await NamedAsync();
        await using var host = await ApiHost.StartAsync(await DatabaseAsync(), redis);
        Assert.Contains(name, await ConnectedAsync());

        var user = await host.NewUserAsync();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => user.GetAsync("/monitors"))), answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public async Task Worker_IsConnected_BeforeItsFirstRequest()
    {
        var (name, redis) = await NamedAsync();
        await using var worker = await ServiceApps.StartWorkerAsync(await stores.NewDatabaseAsync(), redis, alertsPort: 1);
        Assert.Contains(name, await ConnectedAsync());
    }

    [Fact]
    public async Task Api_StartsWithoutRedis()
    {
        await using var host = await ApiHost.StartAsync(await DatabaseAsync(), "127.0.0.1:1,connectTimeout=200,connectRetry=0");
        Assert.False(host.App.Services.GetRequiredService<IConnectionMultiplexer>().IsConnected);
        var user = await host.NewUserAsync();
        Assert.Equal(200, (await user.GetAsync("/users/profile")).Status);
    }

    private async Task<Action<WebApplicationBuilder>> DatabaseAsync()
    {
        var connection = await stores.NewDatabaseAsync();
        return builder =>
        {
            builder.Configuration["ConnectionStrings:monitdb"] = connection;
            builder.AddMonitDatabase();
        };
    }

    /// <summary>A connection string to the shared Redis with a name of its own, by which Redis knows its clients.</summary>
    private async Task<(string Name, string ConnectionString)> NamedAsync()
    {
        var name = $"client-{Guid.CreateVersion7():n}";
        return (name, $"{await stores.RedisConnectionStringAsync()},name={name}");
    }

    private async Task<IEnumerable<string?>> ConnectedAsync()
    {
        await using var admin = await ConnectionMultiplexer.ConnectAsync($"{await stores.RedisConnectionStringAsync()},allowAdmin=true", LocalStores.Patient);
        return (await admin.GetServers()[0].ClientListAsync()).Select(client => client.Name);
    }
}
