using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Monit.Core.Checks.Settings;
using Monit.Core.Text;

namespace Monit.Core.Checks;

/// <summary>
/// The configuration of a check, stored in the Redis hash <c>config</c> as one line of text:
/// <c>version interval_ms timeout_ms</c>, which the scripts and every version of Monit understand, and then what is checked
/// and expected, in one of these formats:
/// <list type="number">
/// <item><c>expected_status latency_ms|- url</c>, the only one of version 0.1; a status is at least 100, which tells it from a format</item>
/// <item><c>2 document</c>, the JSON of <see cref="CheckDocument"/></item>
/// <item><c>3 document</c>, the same with settings and rules of the monitor's own, which readers of format 2 would overlook</item>
/// </list>
/// A later format has its number, up to 99, in the same place. A line feed in a URL is stored as <c>%0A</c>, as it is sent
/// over HTTP.
/// </summary>
/// <param name="ExpectedStatus">Null: any.</param>
public sealed record CheckConfig(
    long Version, TimeSpan Interval, TimeSpan Timeout, int? ExpectedStatus, TimeSpan? LatencyThreshold, string Url)
{
    /// <summary>The newest format that this version of Monit reads.</summary>
    public const int NewestFormat = 3;

    /// <summary>With <see cref="Secret.Mask"/> in place of secrets, unless they have been put in.</summary>
    public CheckSettings Settings { get; init; } = CheckSettings.None;

    /// <summary>The secrets of <see cref="Settings"/>, encrypted; null if there are none.</summary>
    public string? SealedSecrets { get; init; }

    public MonitorRules Rules { get; init; }

    /// <summary>The lowest format that can hold it, 1 or 3.</summary>
    public int LowestFormat => ExpectedStatus is null || !Settings.IsNone || Rules != default ? 3 : 1;

    /// <summary>The URL for logs: without the query, which may contain a secret.</summary>
    public string LogUrl => Url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? Url[..query] : Url;

    // For logs and messages: no secrets, and of the URL only what logs may have.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Version = {Version}, Interval = {Interval}, Timeout = {Timeout}, Url = {LogUrl}, Format = {LowestFormat}");
        return true;
    }

    /// <param name="format">1 or 2. A configuration that this format cannot hold is written in <see cref="LowestFormat"/>.</param>
    public string Encode(int format = 1) => string.Create(CultureInfo.InvariantCulture,
        $"{Version} {(long)Interval.TotalMilliseconds} {(long)Timeout.TotalMilliseconds} {Target(format)}");

    /// <summary>What is checked and expected: the text after the time-out.</summary>
    public string Target(int format)
    {
        format = Math.Max(format, LowestFormat);
        var latency = (long?)LatencyThreshold?.TotalMilliseconds;
        var url = Url.Replace("\n", "%0A", StringComparison.Ordinal);
        return format == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{ExpectedStatus} {Fields.Optional(latency)} {url}")
            : string.Create(CultureInfo.InvariantCulture, $"{format} {Document(url, latency).Encode()}");
    }

    private CheckDocument Document(string url, long? latency) => new()
    {
        Url = url,
        LatencyMs = latency,
        Status = ExpectedStatus switch { CheckDocument.UsualStatus => null, null => CheckDocument.AnyStatus, var status => status },
        Settings = Settings.IsNone ? null : Settings,
        Secrets = SealedSecrets,
        Retries = Rules.Retries,
        RetryDelaySec = Rules.RetryDelaySec,
        Failures = Rules.FailureThreshold,
        Successes = Rules.SuccessThreshold,
    };

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
        CheckConfig Of(int? expected, long? latency, string url) => new(version, TimeSpan.FromMilliseconds(interval), TimeSpan.FromMilliseconds(timeout),
            expected, latency is { } ms ? TimeSpan.FromMilliseconds(ms) : null, url);

        if (status is 2 or 3)
        {
            if (!CheckDocument.TryDecode(rest, out var document) || !IsLatency(document.LatencyMs))
                return false;
            var expected = document.Status switch { null => CheckDocument.UsualStatus, CheckDocument.AnyStatus => null, var given => given };
            config = Of(expected, document.LatencyMs, document.Url);
            if (status == 3)
                config = config with
                {
                    Settings = document.Settings ?? CheckSettings.None,
                    SealedSecrets = document.Secrets,
                    Rules = new MonitorRules(document.Retries, document.RetryDelaySec, document.Failures, document.Successes),
                };
            return true;
        }
        if (status < 100 || !Fields.TryOptionalLong(ref rest, out var threshold) || !IsLatency(threshold))
            return false;
        config = Of((int)status, threshold, Encoding.UTF8.GetString(rest));
        return true;
    }

    private static bool IsLatency(long? ms) => ms is null or (> 0 and <= int.MaxValue);
}
