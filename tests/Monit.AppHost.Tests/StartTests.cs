using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Monit.Testing;

namespace Monit.AppHost.Tests;

/// <summary>The distributed application starts on stores given by connection strings, without a container.</summary>
public sealed class StartTests(LocalStores stores)
{
    [Fact]
    public async Task Application_Starts_AndEveryServiceIsHealthy()
    {
        var ct = TestContext.Current.CancellationToken;
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Monit_AppHost>(
        [
            $"--ConnectionStrings:redis={await stores.RedisConnectionStringAsync()}",
            $"--ConnectionStrings:monitdb={await stores.NewDatabaseAsync()}",
        ], ct);
        await using var app = await builder.BuildAsync(ct);
        await app.StartAsync(ct);
        foreach (var service in (string[])["api", "alerts", "worker"])
            await app.ResourceNotifications.WaitForResourceHealthyAsync(service, ct).WaitAsync(TimeSpan.FromSeconds(60), ct);

        using var http = app.CreateHttpClient("api");
        Assert.Equal("Healthy", await http.GetStringAsync("/health", ct));
    }
}
