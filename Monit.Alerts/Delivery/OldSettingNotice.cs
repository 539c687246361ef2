namespace Monit.Alerts.Delivery;

/// <summary>Says at the start that a setting no longer has an effect.</summary>
internal sealed partial class OldSettingNotice(IConfiguration configuration, ILogger<OldSettingNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration["Alerts:MaxAttempts"] is { Length: > 0 })
            LogMaxAttempts(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning,
        "Alerts:MaxAttempts no longer has an effect: alerts are tried for as long as Alerts:GiveUpAfter says. Remove it")]
    private static partial void LogMaxAttempts(ILogger logger);
}
