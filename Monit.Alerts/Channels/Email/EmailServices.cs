using Microsoft.Extensions.Options;
using Monit.Core.Options;

namespace Monit.Alerts.Channels.Email;

internal static class EmailServices
{
    public static IHostApplicationBuilder AddEmailChannel(this IHostApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<SmtpOptions>("Smtp");
        builder.Services.AddSingleton<IValidateOptions<SmtpOptions>, FromRule>();
        builder.Services.AddSingleton<IValidateOptions<SmtpOptions>, CaFileRule>();
        builder.Services.AddSingleton<SmtpTrust>();
        builder.Services.AddSingleton<MailSender>();
        builder.Services.AddSingleton<IAlertChannel, EmailChannel>();
        builder.Services.AddHostedService<MailServerNotice>();
        return builder;
    }
}
