using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Monit.Core.Options;
using Monit.Probes.Http;
using Monit.Probes.Http.Fast;
using Monit.Probes.Http.Full;
using Monit.Probes.Network;
using Monit.Probes.Network.Names;
using Monit.Probes.Runs;

namespace Monit.Probes;

public static class ProbeServices
{
    /// <summary>Adds what checks targets; usable without the pipeline and without stores. May be called by each service of a process.</summary>
    public static IHostApplicationBuilder AddMonitProbes(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(ProbeRegistry)))
            return builder;
        services.AddValidatedOptions<ProbeOptions>("Executor");
        if (FileLimit.Files is { } files)
            services.PostConfigure<ProbeOptions>(options => options.HttpSemaphoreCount = Math.Min(options.HttpSemaphoreCount, FileLimit.Permits(files)));
        services.AddValidatedOptions<HttpOptions>("Executor");
        services.AddSingleton(_ => new SystemResolver(Dns.GetHostAddresses));
        // Elsewhere what names mean, and whom to ask, is not in files.
        if (OperatingSystem.IsLinux())
        {
            services.AddSingleton(provider => new NameResolver(provider.GetRequiredService<SystemResolver>(), provider.GetService<TimeProvider>() ?? TimeProvider.System));
            services.TryAddSingleton<TargetResolver>(provider => provider.GetRequiredService<NameResolver>().ResolveAsync);
            services.AddSingleton<FamilyResolver>(provider => provider.GetRequiredService<NameResolver>().ResolveAsync);
        }
        else
            services.TryAddSingleton<TargetResolver>(provider => provider.GetRequiredService<SystemResolver>().ResolveAsync);
        builder.AddNetworkOptions();
        services.AddSingleton(provider => new TargetGuard(provider.GetRequiredService<IOptions<NetworkOptions>>().Value.AllowPrivateTargets!.Value));
        services.AddSingleton<TargetConnector>().AddSingleton<ProbeRegistry>();
        services.AddSingleton<FastEngine>().AddSingleton<FullEngine>();
        // For plain requests.
        services.AddSingleton<IHttpEngine>(provider => provider.GetRequiredService<IOptions<HttpOptions>>().Value.HttpEngine == HttpEngine.Full
            ? provider.GetRequiredService<FullEngine>() : provider.GetRequiredService<FastEngine>());
        // One line for each kind of check.
        services.AddSingleton<IProbe>(provider => new HttpProbe(
            provider.GetRequiredService<IHttpEngine>(), provider.GetRequiredService<FullEngine>(), provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<IOptions<HttpOptions>>().Value.BodyBytes));
        return builder;
    }
}
