using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Monit.Core.Monitors;

/// <summary>
/// What a check needs to know, as kept in the Redis hash <c>config</c>:
/// <c>version interval_ms timeout_ms expected_status latency_ms|- url</c>, in one line of text.
/// The scripts rely on the order: version first, then the pace, then what is checked and expected; and on the one line:
/// a line feed in a URL becomes <c>%0A</c>, as it does on the wire.
/// </summary>
public sealed record CheckConfig(
    long Version, TimeSpan Interval, TimeSpan Timeout, int ExpectedStatus, TimeSpan? LatencyThreshold, string Url)
{
    /// <summary>The URL as it may be logged: what follows a <c>?</c> may hold a secret.</summary>
    public string LogUrl => Url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? Url[..query] : Url;

    public static CheckConfig Of(UptimeMonitor monitor) => new(
        monitor.Version,
        TimeSpan.FromSeconds(monitor.IntervalSec),
        TimeSpan.FromSeconds(monitor.TimeoutSec),
        monitor.ExpectedStatus,
        monitor.LatencyThresholdMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        monitor.Url);

    public string Encode() => string.Create(CultureInfo.InvariantCulture,
        $"{Version} {(long)Interval.TotalMilliseconds} {(long)Timeout.TotalMilliseconds} {ExpectedStatus} {Fields.Optional((long?)LatencyThreshold?.TotalMilliseconds)} {Url.Replace("\n", "%0A", StringComparison.Ordinal)}");

    /// <summary>Reads what <see cref="Encode"/> wrote; false for anything else, which the caller mends from SQL.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out CheckConfig? config)
    {
        config = null;
        var rest = text;
        if (!Fields.TryLong(ref rest, out var version)
            || !Fields.TryLong(ref rest, out var interval) || interval is <= 0 or > int.MaxValue
            || !Fields.TryLong(ref rest, out var timeout) || timeout is <= 0 or > int.MaxValue
            || !Fields.TryLong(ref rest, out var status)
            || !Fields.TryOptionalLong(ref rest, out var latency) || latency is <= 0 or > int.MaxValue)
            return false;
        config = new CheckConfig(version, TimeSpan.FromMilliseconds(interval), TimeSpan.FromMilliseconds(timeout),
            (int)status, latency is { } ms ? TimeSpan.FromMilliseconds(ms) : null, Encoding.UTF8.GetString(rest));
        return true;
    }
}
