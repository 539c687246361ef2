using Monit.Testing;

namespace Monit.AppHost.Tests;

/// <summary>The distributed application runs on stores given by connection strings, without a container.</summary>
/// <remarks>Each start is a class of its own, because classes run beside each other: most of a start is waiting.</remarks>
public sealed class StartTests(LocalStores stores)
{
    [Fact]
    public async Task Application_Starts_EveryServiceIsHealthy_TheDemoIsSeeded_AndStoppingDrainsTheWorkers()
    {
        await using var app = await RunningApp.StartAsync(stores);

        foreach (var service in RunningApp.Services)
        {
            using var http = app.Client(service);
            Assert.Equal("Healthy", await http.GetStringAsync("/health", TestContext.Current.CancellationToken));
            Assert.Equal("Healthy", await http.GetStringAsync("/alive", TestContext.Current.CancellationToken));
        }

        var demo = await app.CommandAsync("api", "seed-demo");
        Assert.Equal("100 monitors were created.", demo.Message);

        await app.StopAsync();
        Assert.Equal(2, app.Telemetry.Count(item =>
            item is { Service: "worker", Signal: "logs" } && item.Name.StartsWith("Drained in ", StringComparison.Ordinal)));
    }
}
