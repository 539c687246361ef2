using System.Globalization;
using MimeKit;
using Monit.Core.Alerts;

namespace Monit.Alerts.Channels.Email;

/// <summary>The e-mail of an alert, in plain text.</summary>
internal static class AlertMail
{
    /// <summary>The same for every mail of an alert, so that mail clients can show duplicates as one.</summary>
    public static string MessageId(Guid alertId) => $"{alertId}@monit";

    public static MimeMessage Compose(AlertMessage message) => message.Kind is AlertKind.Down
        ? PlainMail.Compose(MessageId(message.Id), DownSubject(message), DownText(message))
        : PlainMail.Compose(MessageId(message.Id), RecoverySubject(message), RecoveryText(message));

    private static string DownSubject(AlertMessage message) =>
        $"DOWN: {Name(message, 100)} since {Instant(message.Incident.StartTime)} ({message.Incident.Reason})";

    private static string RecoverySubject(AlertMessage message) =>
        $"UP: {Name(message, 100)} after {Words.Duration(DownFor(message))}";

    private static IEnumerable<string> DownText(AlertMessage message) => [
        $"{Name(message, 2048)} is down.",
        "",
        $"URL:         {OneLine.Of(message.Monitor.Url, 2048)}",
        $"Since:       {Instant(message.Incident.StartTime)}",
        .. Cause(message)];

    private static IEnumerable<string> RecoveryText(AlertMessage message) => [
        $"{Name(message, 2048)} is up again.",
        "",
        $"URL:         {OneLine.Of(message.Monitor.Url, 2048)}",
        $"Down from:   {Instant(message.Incident.StartTime)}",
        $"Until:       {Instant(EndTime(message))}",
        $"Down for:    {Words.Duration(DownFor(message))}",
        .. Cause(message)];

    private static IEnumerable<string> Cause(AlertMessage message)
    {
        yield return $"Reason:      {Words.Reason(message.Incident, message.Monitor)}";
        if (message.Incident.HttpStatus is { } status)
            yield return string.Create(CultureInfo.InvariantCulture, $"HTTP status: {status}");
        if (message.Incident.LatencyMs is { } latency)
            yield return string.Create(CultureInfo.InvariantCulture, $"Latency:     {latency} ms");
    }

    public static string Name(AlertMessage message, int maxLength) => OneLine.Of(message.Monitor.Name, maxLength) is { Length: > 0 } name
        ? name : OneLine.Of(message.Monitor.Url, maxLength);

    private static DateTimeOffset EndTime(AlertMessage message) => message.Incident.EndTime ?? message.CreatedAt;
    public static TimeSpan DownFor(AlertMessage message) => EndTime(message) - message.Incident.StartTime;
    public static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
