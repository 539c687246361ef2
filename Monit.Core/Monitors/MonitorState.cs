namespace Monit.Core.Monitors;

/// <summary>The <c>state</c> in the API, there in lower case. The numbers are stored.</summary>
public enum MonitorState
{
    /// <summary>Never checked.</summary>
    Pending,
    Up,
    /// <summary>The last check failed, but the failure threshold is not reached.</summary>
    Failing,
    /// <summary>An incident is open.</summary>
    Down,
    /// <summary>Terminal failure: its incident is open, and it is checked less often.</summary>
    Parked,
    /// <summary>Disabled.</summary>
    Paused,
    /// <summary>An assertion of that severity fails, perhaps with an incident of it: counts as up.</summary>
    Degraded,
}
