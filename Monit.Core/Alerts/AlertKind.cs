namespace Monit.Core.Alerts;

/// <summary>What an alert reports.</summary>
public enum AlertKind
{
    Down,
    Recovery,
    /// <summary>An incident of that severity has begun.</summary>
    Degraded,
}
