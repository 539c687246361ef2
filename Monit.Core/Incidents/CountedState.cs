using Monit.Core.Monitors;

namespace Monit.Core.Incidents;

/// <summary>
/// The state of a monitor as it is counted for its account: <see cref="MonitorState"/>, and for the states that do not say it whether an
/// incident is open. The numbers are stored, in Redis as one digit.
/// </summary>
public enum CountedState
{
    Pending,
    Up,
    Failing,
    Down,
    Parked,
    Paused,
    Degraded,
    /// <summary>Failing, with a degraded incident open.</summary>
    FailingInIncident,
    /// <summary>Degraded, with its incident open.</summary>
    DegradedInIncident,
}

public static class CountedStates
{
    /// <summary>The state of an enabled monitor.</summary>
    /// <param name="isKnown">Whether its last check could be judged.</param>
    public static CountedState Of(in IncidentState incident, bool isKnown) => incident.StateOf(enabled: true, isKnown) switch
    {
        MonitorState.Failing when incident.DbIncident => CountedState.FailingInIncident,
        MonitorState.Degraded when incident.DbIncident => CountedState.DegradedInIncident,
        var state => (CountedState)state,
    };

    /// <summary>The state as users see it.</summary>
    public static MonitorState Shown(this CountedState state) => state switch
    {
        CountedState.FailingInIncident => MonitorState.Failing,
        CountedState.DegradedInIncident => MonitorState.Degraded,
        _ => (MonitorState)state,
    };

    public static bool HasIncident(this CountedState state) =>
        state is CountedState.Down or CountedState.Parked or CountedState.FailingInIncident or CountedState.DegradedInIncident;
}
