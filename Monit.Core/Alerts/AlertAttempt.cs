namespace Monit.Core.Alerts;

/// <summary>An entry of the delivery log: one attempt to send an alert.</summary>
public sealed class AlertAttempt
{
    public required Guid Id { get; init; }
    public required Guid AlertId { get; init; }
    /// <summary>Counts the alert's attempts from 1.</summary>
    public required int Number { get; init; }
    /// <summary><c>email</c>.</summary>
    public required string Channel { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required int DurationMs { get; init; }
    /// <summary>Null if it was delivered.</summary>
    public string? Error { get; init; }
    /// <summary>What the far side said when it accepted it; null otherwise, and in the rows of versions that did not keep it.</summary>
    public string? Answer { get; init; }
}
