namespace Monit.Core.Checks;

/// <summary>How the decision treats a failure.</summary>
public enum FailureKind : byte
{
    /// <summary>Not a failure.</summary>
    None,
    /// <summary>Possibly transient: retried quickly before it counts.</summary>
    Retryable,
    /// <summary>The target answered, but not as expected: counts at once.</summary>
    Definite,
    /// <summary>Not transient: counted like others, but once an incident is open the monitor is parked.</summary>
    Terminal,
    /// <summary>Monit could not find out: nothing is counted, and no incident opens or closes.</summary>
    NotJudged,
}
