using Microsoft.Extensions.Options;
using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>Validates a whole monitor, after its creation or a partial update.</summary>
public sealed class MonitorRules(IOptions<MonitorOptions> options)
{
    public const int MaxInterval = 86_400;

    private readonly int _minInterval = (int)Math.Ceiling(options.Value.MinInterval.TotalSeconds);

    /// <summary>The default time-out in seconds.</summary>
    public static int DefaultTimeout(int intervalSec) => Math.Clamp(intervalSec - 1, 1, 15);

    public void Check(UptimeMonitor monitor, FieldErrors errors)
    {
        if (monitor.Name is { } name)
            errors.Text("name", name, 0, 200);
        if (monitor.AlertEmail is { } email)
            errors.Email("alert_email", email);
        errors.Unless(IsTarget(monitor.Url), "url",
            "must be an absolute http or https URL of at most 2048 characters, with a host and without user or password");
        errors.Unless(monitor.IntervalSec >= _minInterval && monitor.IntervalSec <= MaxInterval, "interval_sec",
            $"must be from {_minInterval} to {MaxInterval}");
        errors.Unless(monitor.TimeoutSec is >= 1 and <= 60 && monitor.TimeoutSec < monitor.IntervalSec, "timeout_sec",
            $"must be from 1 to 60 and below interval_sec, which is {monitor.IntervalSec}");
        errors.Unless(monitor.LatencyThresholdMs is null or >= 1, "latency_threshold_ms", "must be at least 1, or null for none");
        errors.Unless(monitor.ExpectedStatus is >= 100 and <= 599, "expected_status", "must be from 100 to 599");
    }

    // .NET accepts white space and control characters in URLs; other software does not.
    private static bool IsTarget(string url) =>
        url.Length <= 2048 && !url.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.Host.Length > 0 && uri.UserInfo.Length == 0;
}
