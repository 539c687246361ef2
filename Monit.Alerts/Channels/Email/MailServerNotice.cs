using Microsoft.Extensions.Options;

namespace Monit.Alerts.Channels.Email;

/// <summary>Says at the start that no e-mail will be sent, where no mail server is set.</summary>
internal sealed partial class MailServerNotice(IOptions<SmtpOptions> smtp, ILogger<MailServerNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!smtp.Value.HasHost)
            LogNoHost(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning,
        "Smtp:Host is not set: alerts are recorded as undeliverable, and no e-mail is sent. Set Smtp:Host to send them")]
    private static partial void LogNoHost(ILogger logger);
}
