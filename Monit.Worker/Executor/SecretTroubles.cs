using System.Security.Cryptography;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Monit.Worker.Executor;

/// <summary>
/// Secrets of monitors that this worker cannot open. That is Monit's own trouble, and says nothing about a target, so it shows here: as the
/// monitor's detail, in a log line an hour for each cause, and in the health detail.
/// </summary>
internal sealed partial class SecretTroubles(TimeProvider time, ILogger<SecretTroubles> logger) : IHealthCheck
{
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Logged, long Last)> _seen = [];

    public const string OtherOrigin = "The secrets of this monitor are for another scheme, host or port than its URL: enter them again.";
    public const string Incomplete = "The secrets of this monitor are incomplete: enter them again.";
    private const string NoKey = "The secrets of this monitor cannot be opened, as the setting DataProtection:Key is missing at this worker: set the one that Monit.Api has.";
    private const string OtherKeys = "The secrets of this monitor cannot be opened, as the keys that encrypted them are not here: "
        + "restore them (see \"Backup\" in docs/operations.md), or enter the secrets again.";

    /// <summary>Reports that a monitor's secrets cannot be opened.</summary>
    /// <param name="failure">What went wrong; null: <paramref name="why"/> says it.</param>
    /// <returns>What to do, for the monitor's owner and the operator.</returns>
    public string Report(Guid monitor, Exception? failure, string why = OtherOrigin)
    {
        var text = failure switch
        {
            null => why,
            KeyNotFoundException => Incomplete,
            InvalidOperationException => NoKey,
            CryptographicException => OtherKeys,
            _ => $"The secrets of this monitor cannot be opened ({failure.GetType().Name}): see the log of the worker.",
        };
        bool isNew;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            isNew = !_seen.TryGetValue(text, out var before) || time.GetElapsedTime(before.Logged, now) > Silence;
            _seen[text] = (isNew ? now : before.Logged, now);
        }
        if (isNew)
            LogTrouble(monitor, text, failure is CryptographicException or InvalidOperationException or KeyNotFoundException ? null : failure);
        return text;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var recent = _seen.Where(trouble => time.GetElapsedTime(trouble.Value.Last) < Recent).Select(trouble => trouble.Key).ToList();
            return Task.FromResult(recent.Count > 0 ? HealthCheckResult.Degraded(string.Join(' ', recent)) : HealthCheckResult.Healthy());
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Monitor {MonitorId}, and perhaps others, cannot be checked: {Trouble} They are shown as CHECK_ERROR, without an incident")]
    private partial void LogTrouble(Guid monitorId, string trouble, Exception? failure);
}
