using System.Globalization;
using MimeKit;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;

namespace Monit.Alerts.Channels.Email;

/// <summary>One mail for all alerts that a daily limit held back.</summary>
internal static class DigestMail
{
    /// <summary>The alerts that are listed; of the others it says how many they are.</summary>
    private const int Listed = 500;

    /// <param name="messages">At least two, oldest first.</param>
    public static MimeMessage Compose(IReadOnlyList<AlertMessage> messages) => PlainMail.Compose(
        $"{messages[0].Id}.digest@monit",
        string.Create(CultureInfo.InvariantCulture, $"{messages.Count} alerts since {AlertMail.Instant(messages[0].CreatedAt)}"),
        [
            "A daily limit of mails was reached, so that these alerts come late and together:",
            .. messages.Take(Listed).SelectMany(Entry),
            .. messages.Count > Listed ? [string.Create(CultureInfo.InvariantCulture, $"\nand {messages.Count - Listed} more.")] : (string[])[],
        ]);

    private static IEnumerable<string> Entry(AlertMessage message) =>
    [
        "",
        $"{AlertMail.Instant(message.CreatedAt)}  {(message.Kind is AlertKind.Recovery ? "UP" : Words.State(message.Incident).ToUpperInvariant())}  {AlertMail.Name(message, 200)}",
        $"  {OneLine.Of(message.Monitor.Url, 2048)}",
        message.Kind is AlertKind.Recovery
            ? $"  after {Words.Duration(AlertMail.Lasted(message))}{(message.Incident.Severity is Severity.Degraded ? " degraded" : "")}"
            : $"  {Words.Reason(message.Incident, message.Monitor)}{(OneLine.Of(message.Incident.Detail, 300) is { Length: > 0 } detail ? $" ({detail})" : "")}",
    ];
}
