namespace Monit.Core.Alerts;

/// <summary>What a notice tells.</summary>
public enum AlertKind
{
    Down,
    Recovery,
}
