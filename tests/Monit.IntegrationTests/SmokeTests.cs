using Monit.Testing;
namespace Monit.IntegrationTests;
public sealed class SmokeTests(LocalStores stores)
{
    [Fact]
    public async Task Stores_Start()
    {
        Assert.True(await (await stores.RedisAsync()).GetDatabase().PingAsync() > TimeSpan.Zero);
        Assert.Contains("Host", await stores.NewDatabaseAsync(), StringComparison.Ordinal);
        Assert.Contains("Host", await stores.NewDatabaseAsync(), StringComparison.Ordinal);
    }
}
