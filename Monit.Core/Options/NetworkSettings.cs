using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Monit.Core.Options;

/// <summary>Registers <see cref="NetworkOptions"/>.</summary>
public static partial class NetworkSettings
{
    /// <summary>May be called by each service of a process.</summary>
    public static IHostApplicationBuilder AddNetworkOptions(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(Once)))
            return builder;
        builder.Services.AddSingleton<Once>();
        builder.Services.AddValidatedOptions<NetworkOptions>("Network")
            .PostConfigure<IConfiguration, IHostEnvironment, ILogger<NetworkOptions>>((options, settings, environment, logger) =>
            {
                var old = settings.GetValue<bool?>(NetworkOptions.OldName);
                if (old is not null)
                    LogOldName(logger, NetworkOptions.OldName);
                options.AllowPrivateTargets ??= old ?? environment.IsDevelopment();
            });
        return builder;
    }

    [LoggerMessage(1, LogLevel.Warning, "The setting {OldName} is now Network:AllowPrivateTargets; the old name will be dropped in a later version, and the new one wins where both are set")]
    private static partial void LogOldName(ILogger logger, string oldName);

    private sealed class Once;
}
