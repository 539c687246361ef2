using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Monit.Probes;
using Monit.Probes.Runs;

namespace Monit.Check;

/// <summary>The probes, as a worker has them, and nothing else. Settings come from the environment (<c>Executor__HttpEngine</c>).</summary>
internal sealed class Probing : IDisposable
{
    private readonly IHost _host;

    private Probing(IHost host) => _host = host;

    public ProbeRegistry Registry => _host.Services.GetRequiredService<ProbeRegistry>();

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of its range.</exception>
    public static Probing Start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        // Who sits at this machine may reach its network anyway.
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Network:AllowPrivateTargets", "true")]);
        builder.Configuration.AddEnvironmentVariables();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddMonitProbes();
        return new Probing(builder.Build());
    }

    public void Dispose() => _host.Dispose();
}
