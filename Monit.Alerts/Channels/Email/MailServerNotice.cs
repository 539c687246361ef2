using Microsoft.Extensions.Options;

namespace Monit.Alerts.Channels.Email;

/// <summary>Says at the start that no e-mail will be sent, where no mail server is set, and that anybody may pose as the one that is.</summary>
internal sealed partial class MailServerNotice(IOptions<SmtpOptions> smtp, ILogger<MailServerNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!smtp.Value.HasHost)
            LogNoHost(logger);
        else if (!smtp.Value.VerifyCertificate)
            LogUnverified(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning,
        "Smtp:Host is not set: alerts are recorded as undeliverable, and no e-mail is sent. Set Smtp:Host to send them")]
    private static partial void LogNoHost(ILogger logger);

    [LoggerMessage(2, LogLevel.Warning,
        "Smtp:VerifyCertificate is false: whoever sits between Monit and the mail server can read its password and the mails. Smtp:CaFile trusts a private authority")]
    private static partial void LogUnverified(ILogger logger);
}
