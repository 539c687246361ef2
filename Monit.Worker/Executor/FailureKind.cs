namespace Monit.Worker.Executor;

/// <summary>How the decision treats a failure.</summary>
internal enum FailureKind
{
    /// <summary>Not a failure.</summary>
    None,
    /// <summary>May be over in a moment: worth quick retries.</summary>
    Retryable,
    /// <summary>The target gave an answer, and it is not the right one: counts at once.</summary>
    Definite,
    /// <summary>Will not change by itself: the monitor is parked after its quick retries.</summary>
    Terminal,
}
