namespace Monit.Core.Monitors;

/// <summary>What the API shows as <c>state</c>, in lower case.</summary>
public enum MonitorState
{
    /// <summary>Never checked.</summary>
    Pending,
    Up,
    /// <summary>Failed, below the failure threshold.</summary>
    Failing,
    /// <summary>An incident is open.</summary>
    Down,
    /// <summary>A terminal failure: its incident is open, and it is checked at a slow pace.</summary>
    Parked,
    /// <summary>Disabled.</summary>
    Paused,
}
