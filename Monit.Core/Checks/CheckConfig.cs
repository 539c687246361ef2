using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Monit.Core.Text;

namespace Monit.Core.Checks;

/// <summary>
/// The configuration of a check, stored in the Redis hash <c>config</c> as one line of text:
/// <c>version interval_ms timeout_ms</c>, which the scripts and every version of Monit understand, and then what is checked
/// and expected, in one of these formats:
/// <list type="number">
/// <item><c>expected_status latency_ms|- url</c>, the only one of version 0.1; a status is at least 100, which tells it from a format</item>
/// <item><c>2 document</c>, the JSON of <see cref="CheckDocument"/></item>
/// </list>
/// A later format has its number, up to 99, in the same place. A line feed in a URL is stored as <c>%0A</c>, as it is sent
/// over HTTP.
/// </summary>
public sealed record CheckConfig(
    long Version, TimeSpan Interval, TimeSpan Timeout, int ExpectedStatus, TimeSpan? LatencyThreshold, string Url)
{
    /// <summary>The newest format that this version of Monit reads.</summary>
    public const int NewestFormat = 2;

    /// <summary>The URL for logs: without the query, which may contain a secret.</summary>
    public string LogUrl => Url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? Url[..query] : Url;

    /// <param name="format">1 or 2. A configuration that a format cannot hold would need the lowest one that can.</param>
    public string Encode(int format = 1) => string.Create(CultureInfo.InvariantCulture,
        $"{Version} {(long)Interval.TotalMilliseconds} {(long)Timeout.TotalMilliseconds} {Target(format)}");

    /// <summary>What is checked and expected: the text after the time-out.</summary>
    public string Target(int format)
    {
        var latency = (long?)LatencyThreshold?.TotalMilliseconds;
        var url = Url.Replace("\n", "%0A", StringComparison.Ordinal);
        return format == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{ExpectedStatus} {Fields.Optional(latency)} {url}")
            : "2 " + new CheckDocument
            {
                Url = url, LatencyMs = latency, Status = ExpectedStatus == CheckDocument.UsualStatus ? null : ExpectedStatus,
            }.Encode();
    }

    /// <summary>The format of a text of <see cref="Encode"/>; 1 if it has none.</summary>
    public static int FormatOf(ReadOnlySpan<byte> text)
    {
        for (var field = 0; field < 3; field++)
            Fields.Next(ref text);
        return Fields.TryLong(ref text, out var format) && format is > 1 and < 100 ? (int)format : 1;
    }

    /// <summary>
    /// Parses the text of <see cref="Encode"/>; false if it is malformed, or of a format above <see cref="NewestFormat"/>.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out CheckConfig? config)
    {
        config = null;
        var rest = text;
        if (!Fields.TryLong(ref rest, out var version)
            || !Fields.TryLong(ref rest, out var interval) || interval is <= 0 or > int.MaxValue
            || !Fields.TryLong(ref rest, out var timeout) || timeout is <= 0 or > int.MaxValue
            || !Fields.TryLong(ref rest, out var status))
            return false;
        var (latency, url) = ((long?)null, "");
        if (status == 2)
        {
            if (!CheckDocument.TryDecode(rest, out var document))
                return false;
            (status, latency, url) = (document.Status ?? CheckDocument.UsualStatus, document.LatencyMs, document.Url);
        }
        else if (status < 100 || !Fields.TryOptionalLong(ref rest, out latency))
            return false;
        else
            url = Encoding.UTF8.GetString(rest);
        if (latency is <= 0 or > int.MaxValue)
            return false;
        config = new CheckConfig(version, TimeSpan.FromMilliseconds(interval), TimeSpan.FromMilliseconds(timeout),
            (int)status, latency is { } ms ? TimeSpan.FromMilliseconds(ms) : null, url);
        return true;
    }
}
