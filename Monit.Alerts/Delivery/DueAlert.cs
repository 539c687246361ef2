namespace Monit.Alerts.Delivery;

/// <summary>An alert to try now, and since when.</summary>
internal sealed record DueAlert(Guid Id, DateTimeOffset At);
