using System.Globalization;
using MimeKit;
using Monit.Alerts.Delivery;
using Monit.Core.Alerts;

namespace Monit.Alerts.Email;

/// <summary>The e-mail of an alert, in plain text.</summary>
internal static class AlertMail
{
    /// <summary>The same for every mail of an alert, so that mail clients can show duplicates as one.</summary>
    public static string MessageId(Guid alertId) => $"{alertId}@monit";

    public static MimeMessage Compose(Claim claim, MailboxAddress from, MailboxAddress to, DateTimeOffset now)
    {
        var down = claim.Alert.Kind is AlertKind.Down;
        var mail = new MimeMessage
        {
            MessageId = MessageId(claim.Alert.Id),
            Date = now,
            Subject = down ? DownSubject(claim) : RecoverySubject(claim),
            Body = new TextPart("plain") { Text = down ? DownText(claim) : RecoveryText(claim) },
        };
        mail.From.Add(from);
        mail.To.Add(to);
        // Suppresses out-of-office replies (RFC 3834).
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return mail;
    }

    private static string DownSubject(Claim claim) =>
        $"DOWN: {Name(claim, 100)} since {Instant(claim.Incident.StartTime)} ({claim.Incident.Reason})";

    private static string RecoverySubject(Claim claim) =>
        $"UP: {Name(claim, 100)} after {Words.Duration(DownFor(claim))}";

    private static string DownText(Claim claim) => Lines([
        $"{Name(claim, 2048)} is down.",
        "",
        $"URL:         {OneLine.Of(claim.Monitor.Url, 2048)}",
        $"Since:       {Instant(claim.Incident.StartTime)}",
        .. Cause(claim)]);

    private static string RecoveryText(Claim claim) => Lines([
        $"{Name(claim, 2048)} is up again.",
        "",
        $"URL:         {OneLine.Of(claim.Monitor.Url, 2048)}",
        $"Down from:   {Instant(claim.Incident.StartTime)}",
        $"Until:       {Instant(EndTime(claim))}",
        $"Down for:    {Words.Duration(DownFor(claim))}",
        .. Cause(claim)]);

    private static IEnumerable<string> Cause(Claim claim)
    {
        yield return $"Reason:      {Words.Reason(claim.Incident, claim.Monitor)}";
        if (claim.Incident.HttpStatus is { } status)
            yield return string.Create(CultureInfo.InvariantCulture, $"HTTP status: {status}");
        if (claim.Incident.LatencyMs is { } latency)
            yield return string.Create(CultureInfo.InvariantCulture, $"Latency:     {latency} ms");
    }

    private static string Name(Claim claim, int maxLength) => OneLine.Of(claim.Monitor.Name, maxLength) is { Length: > 0 } name
        ? name : OneLine.Of(claim.Monitor.Url, maxLength);

    private static DateTimeOffset EndTime(Claim claim) => claim.Incident.EndTime ?? claim.Alert.CreatedAt;
    private static TimeSpan DownFor(Claim claim) => EndTime(claim) - claim.Incident.StartTime;
    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines) + "\n";
}
