namespace Monit.Core.Alerts;

/// <summary>
/// A notice to send, written in the transaction of its incident and unique by incident and kind.
/// Its id is the mail's Message-ID, so that a notice sent twice shows as one.
/// </summary>
public sealed class Alert
{
    public required Guid Id { get; init; }
    public required Guid IncidentId { get; init; }
    public required Guid MonitorId { get; init; }
    public required AlertKind Kind { get; init; }
    public AlertStatus Status { get; set; } = AlertStatus.Pending;
    /// <summary>How often sending was tried.</summary>
    public int Attempts { get; set; }
    /// <summary>Not to be tried before.</summary>
    public required DateTimeOffset NextAttemptAt { get; set; }
    /// <summary>While <see cref="AlertStatus.Sending"/>: when another sender may take it over.</summary>
    public DateTimeOffset? ClaimedUntil { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }
    public string? LastError { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
