using Microsoft.Extensions.Options;
using Monit.Core.Alerts;
using Monit.Core.Options;

namespace Monit.Alerts.Confirmation;

internal static class ConfirmationServices
{
    public static IHostApplicationBuilder AddConfirmation(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<AddressOptions>("Alerts");
        services.AddOptions<ConfirmationOptions>().BindConfiguration("Alerts");
        services.AddSingleton<IValidateOptions<PublicOptions>, PublicOptions>();
        services.AddOptionsWithValidateOnStart<PublicOptions>().BindConfiguration("");
        services.AddSingleton<ConfirmationStore>();
        services.AddHostedService<ConfirmationSweep>();
        return builder;
    }
}
