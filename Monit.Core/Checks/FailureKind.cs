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
    /// <summary>Not transient: the monitor is parked after its quick retries.</summary>
    Terminal,
}
