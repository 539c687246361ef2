using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Monit.Core.Checks.Kinds;
using Monit.Probes;
using Monit.Probes.Runs;

namespace Monit.IntegrationTests.Worker;

public sealed class ProbeServicesTests
{
    // Without one the worker would call the target's URL invalid, park the monitor, and alert.
    [Fact]
    public void EveryKind_HasAProbe()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddMonitProbes().Services.AddSingleton(TimeProvider.System);
        using var host = builder.Build();
        Assert.Equal(CheckKinds.All.Select(kind => kind.Name).Order(), host.Services.GetServices<IProbe>().Select(probe => probe.Kind.Name).Order());
    }
}
