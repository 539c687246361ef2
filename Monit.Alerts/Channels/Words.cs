using System.Globalization;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Alerts.Channels;

/// <summary>Human-readable reasons and durations.</summary>
internal static class Words
{
    /// <summary>Such as <c>TIMEOUT: no complete answer in time</c>.</summary>
    public static string Reason(MonitorIncident incident, UptimeMonitor monitor)
    {
        string? words = FailureReasons.FromWire(incident.Reason) switch
        {
            FailureReason.Timeout => "no complete answer in time",
            FailureReason.DnsFailure => "the host name could not be resolved",
            FailureReason.NetworkError => "the connection was refused or broke, or the answer was not HTTP",
            FailureReason.NetworkTimeout => "no connection could be made in time",
            FailureReason.TlsError => "the TLS handshake failed, or the certificate is not valid",
            FailureReason.InvalidRequest => "the URL is not an absolute http or https URL",
            FailureReason.BlockedTarget => "the address is private or reserved, and is not checked",
            FailureReason.TooManyRedirects => "too many redirects",
            FailureReason.UnexpectedStatus => string.Create(CultureInfo.InvariantCulture,
                $"the HTTP status was not the expected {monitor.ExpectedStatus}"),
            FailureReason.LatencyExceeded when monitor.LatencyThresholdMs is { } threshold => string.Create(
                CultureInfo.InvariantCulture, $"the answer took longer than {threshold} ms"),
            FailureReason.AssertionFailed => "the answer is not as the monitor asserts",
            FailureReason.CertificateExpiring => "the certificate expires soon",
            FailureReason.CheckError => "Monit could not carry out the check",
            FailureReason.LatencyExceeded => "the answer took too long",
            _ => null,
        };
        return words is null ? incident.Reason : $"{incident.Reason}: {words}";
    }

    /// <summary>What the monitor was during its incident.</summary>
    public static string State(MonitorIncident incident) => incident.Severity is Severity.Degraded ? "degraded" : "down";

    /// <summary>The duration in its two largest units, such as <c>2 h 5 min</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        (int Value, string Unit)[] parts =
            [((int)time.TotalDays, "d"), (time.Hours, "h"), (time.Minutes, "min"), (time.Seconds, "s")];
        var shown = parts.SkipWhile(part => part.Value == 0).Take(2).Where(part => part.Value > 0)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Value} {part.Unit}"));
        return string.Join(' ', shown) is { Length: > 0 } text ? text : "less than a second";
    }
}
