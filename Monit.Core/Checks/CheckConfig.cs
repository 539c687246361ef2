using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Monit.Core.Text;

namespace Monit.Core.Checks;

/// <summary>
/// The configuration of a check, stored in the Redis hash <c>config</c> as one line of text:
/// <c>version interval_ms timeout_ms expected_status latency_ms|- url</c>.
/// The scripts rely on this order, and on the single line: a line feed in a URL is stored as <c>%0A</c>, as it is sent
/// over HTTP.
/// </summary>
public sealed record CheckConfig(
    long Version, TimeSpan Interval, TimeSpan Timeout, int ExpectedStatus, TimeSpan? LatencyThreshold, string Url)
{
    /// <summary>The URL for logs: without the query, which may contain a secret.</summary>
    public string LogUrl => Url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? Url[..query] : Url;

    public string Encode() => string.Create(CultureInfo.InvariantCulture,
        $"{Version} {(long)Interval.TotalMilliseconds} {(long)Timeout.TotalMilliseconds} {ExpectedStatus} {Fields.Optional((long?)LatencyThreshold?.TotalMilliseconds)} {Url.Replace("\n", "%0A", StringComparison.Ordinal)}");

    /// <summary>Parses the text of <see cref="Encode"/>; false if it is malformed.</summary>
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
