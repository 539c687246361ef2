using System.Globalization;
using MimeKit;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;

namespace Monit.Alerts.Channels.Email;

/// <summary>The e-mail of an alert, in plain text.</summary>
internal static class AlertMail
{
    private const int MaxDetail = 1000;

    /// <summary>The same for every mail of an alert, so that mail clients can show duplicates as one.</summary>
    public static string MessageId(Guid alertId) => $"{alertId}@monit";

    public static MimeMessage Compose(AlertMessage message) => message.Kind is AlertKind.Recovery
        ? PlainMail.Compose(MessageId(message.Id), RecoverySubject(message), RecoveryText(message))
        : PlainMail.Compose(MessageId(message.Id), Subject(message), Text(message));

    private static string Subject(AlertMessage message) =>
        $"{Words.State(message.Incident).ToUpperInvariant()}: {Name(message, 100)} since {Instant(message.Incident.StartTime)} ({message.Incident.Reason})";

    private static string RecoverySubject(AlertMessage message) =>
        $"UP: {Name(message, 100)} after {Words.Duration(Lasted(message))}{(IsDown(message) ? "" : " degraded")}";

    private static IEnumerable<string> Text(AlertMessage message) => [
        $"{Name(message, 2048)} is {Words.State(message.Incident)}.",
        .. IsDown(message) ? (string[])[] : ["It still counts as up."],
        "",
        $"URL:         {OneLine.Of(message.Monitor.Url, 2048)}",
        $"Since:       {Instant(message.Incident.StartTime)}",
        .. Cause(message)];

    private static IEnumerable<string> RecoveryText(AlertMessage message) => [
        $"{Name(message, 2048)} is {(IsDown(message) ? "up again" : "no longer degraded")}.",
        "",
        $"URL:         {OneLine.Of(message.Monitor.Url, 2048)}",
        .. IsDown(message) ? (string[])[
            $"Down from:   {Instant(message.Incident.StartTime)}",
            $"Until:       {Instant(EndTime(message))}",
            $"Down for:    {Words.Duration(Lasted(message))}"] : [
            $"Degraded:    {Instant(message.Incident.StartTime)}",
            $"Until:       {Instant(EndTime(message))}",
            $"For:         {Words.Duration(Lasted(message))}"],
        .. Cause(message)];

    private static bool IsDown(AlertMessage message) => message.Incident.Severity is Severity.Down;

    private static IEnumerable<string> Cause(AlertMessage message)
    {
        yield return $"Reason:      {Words.Reason(message.Incident, message.Monitor)}";
        if (OneLine.Of(message.Incident.Detail, MaxDetail) is { Length: > 0 } detail)
            yield return $"Detail:      {detail}";
        if (message.Incident.HttpStatus is { } status)
            yield return string.Create(CultureInfo.InvariantCulture, $"HTTP status: {status}");
        if (message.Incident.LatencyMs is { } latency)
            yield return string.Create(CultureInfo.InvariantCulture, $"Latency:     {latency} ms");
    }

    public static string Name(AlertMessage message, int maxLength) => OneLine.Of(message.Monitor.Name, maxLength) is { Length: > 0 } name
        ? name : OneLine.Of(message.Monitor.Url, maxLength);

    private static DateTimeOffset EndTime(AlertMessage message) => message.Incident.EndTime ?? message.CreatedAt;
    public static TimeSpan Lasted(AlertMessage message) => EndTime(message) - message.Incident.StartTime;
    public static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
