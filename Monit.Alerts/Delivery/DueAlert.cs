namespace Monit.Alerts.Delivery;

/// <summary>A due alert and its due time.</summary>
internal sealed record DueAlert(Guid Id, DateTimeOffset At);
