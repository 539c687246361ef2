using System.Globalization;
using MimeKit;
using Monit.Core.Alerts;

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
        $"{AlertMail.Instant(message.CreatedAt)}  {(message.Kind is AlertKind.Down ? "DOWN" : "UP")}  {AlertMail.Name(message, 200)}",
        $"  {OneLine.Of(message.Monitor.Url, 2048)}",
        $"  {(message.Kind is AlertKind.Down ? Words.Reason(message.Incident, message.Monitor) : $"after {Words.Duration(AlertMail.DownFor(message))}")}",
    ];
}
