using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Worker;
using Monit.Worker.Alerting;

namespace Monit.IntegrationTests.Worker;

/// <summary>Settings that had another name in an earlier version are still read under it.</summary>
public sealed class OldSettingTests
{
    [Theory]
    [InlineData(null, null, 5)]
    [InlineData("7", null, 7)]
    [InlineData("7", "9", 9)]
    public void DispatchWorkers_WereAlertWorkerCount(string? old, string? current, int expected)
    {
        var builder = WebApplication.CreateSlimBuilder();
        foreach (var (name, value) in ((string, string?)[])[("Alert:WorkerCount", old), ("Alerts:DispatchWorkers", current)])
            if (value is not null)
                builder.Configuration[name] = value;
        builder.AddMonitWorker();
        using var services = builder.Services.BuildServiceProvider();

        Assert.Equal(expected, services.GetRequiredService<IOptions<AlertDispatcherOptions>>().Value.DispatchWorkers);
    }
}
