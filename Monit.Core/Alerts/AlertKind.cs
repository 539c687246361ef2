namespace Monit.Core.Alerts;

/// <summary>What an alert reports.</summary>
public enum AlertKind
{
    Down,
    Recovery,
}
