namespace Monit.Core.Alerts;

/// <summary>One try to send an alert: the delivery log.</summary>
public sealed class AlertAttempt
{
    public required Guid Id { get; init; }
    public required Guid AlertId { get; init; }
    /// <summary>1 for the first.</summary>
    public required int Number { get; init; }
    /// <summary><c>email</c>.</summary>
    public required string Channel { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required int DurationMs { get; init; }
    /// <summary>None when it was delivered.</summary>
    public string? Error { get; init; }
}
