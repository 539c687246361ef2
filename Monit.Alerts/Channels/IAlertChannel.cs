using System.Text.Json;
using Monit.Core.Validation;

namespace Monit.Alerts.Channels;

/// <summary>
/// A way to reach people: a folder beside <c>Email/</c>, and a line in <c>AlertsServices</c>.
/// Its own settings (a mail server) are those of the installation; the settings passed to it are those of one destination.
/// </summary>
internal interface IAlertChannel
{
    /// <summary>Its name in SQL, in telemetry and in the API; at most 16 characters.</summary>
    string Kind { get; }

    /// <summary>How long <see cref="SendAsync"/> may take. The lease of an alert that is being sent must be longer.</summary>
    LongestSend LongestSend { get; }

    /// <summary>What is wrong with the settings of a destination; nothing if they can be used.</summary>
    IEnumerable<FieldError> Validate(JsonElement settings);

    /// <summary>Why nothing can be sent to a destination, such as a mail server that is not set; null if it can be tried.</summary>
    string? Unusable(JsonElement settings);

    /// <summary>Sends messages to one destination at once: one, or several that were held back. A failure is a result, never an exception.</summary>
    /// <param name="abort">The service stops: end at once, and say whether anything may have been sent.</param>
    Task<SendResult> SendAsync(IReadOnlyList<AlertMessage> messages, JsonElement settings, CancellationToken abort);
}

/// <param name="Setting">The setting that limits it, for the message when the lease is too short.</param>
internal readonly record struct LongestSend(TimeSpan Time, string Setting);
