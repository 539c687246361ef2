namespace Monit.Core.Alerts;

/// <summary>
/// A message to a user, written in the same transaction as what it is about, and unique by subject, kind, destination and
/// step. Its id is the mail's Message-ID, so that mail clients can show an alert that was sent twice as one.
/// </summary>
public sealed class Alert
{
    public required Guid Id { get; init; }
    public required Guid IncidentId { get; init; }
    public required Guid MonitorId { get; init; }
    public required AlertKind Kind { get; init; }
    /// <summary>
    /// What it is about: <see cref="AboutIncident"/>. Null in the rows of versions that knew incidents only; of those there
    /// is one for each incident and kind.
    /// </summary>
    public string? Subject { get; init; }
    /// <summary>Where it goes; empty: to the monitor's e-mail address, or its owner's.</summary>
    public string Destination { get; init; } = "";
    /// <summary>Counts what is told again about the same subject, to the same destination, from 0.</summary>
    public int Step { get; init; }
    public AlertStatus Status { get; set; } = AlertStatus.Pending;
    /// <summary>The number of attempts to send it.</summary>
    public int Attempts { get; set; }
    /// <summary>The earliest time of the next attempt.</summary>
    public required DateTimeOffset NextAttemptAt { get; set; }
    /// <summary>The end of the sender's lease, after which another one may claim it; null unless <see cref="AlertStatus.Sending"/>.</summary>
    public DateTimeOffset? ClaimedUntil { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }
    /// <summary>When it was given up: <see cref="AlertStatus.Failed"/> or <see cref="AlertStatus.Undeliverable"/>.</summary>
    public DateTimeOffset? GivenUpAt { get; set; }
    /// <summary>Set while a daily limit holds it back: from then on it may go out, in one mail with the others held for its recipient.</summary>
    public DateTimeOffset? HeldUntil { get; set; }
    /// <summary>Since when it waits for its address to be confirmed; null if it never did.</summary>
    public DateTimeOffset? UnconfirmedSince { get; set; }
    public string? LastError { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The subject of an incident's alerts.</summary>
    public static string AboutIncident(Guid incidentId) => $"incident:{incidentId}";
}
