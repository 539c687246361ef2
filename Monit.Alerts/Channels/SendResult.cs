namespace Monit.Alerts.Channels;

/// <summary>The result of sending an alert through a channel.</summary>
internal readonly record struct SendResult(SendOutcome Outcome, string? Error = null)
{
    /// <summary>What the far side said when it accepted it.</summary>
    public string? Answer { get; init; }

    /// <summary>It failed without a clear answer, and may have arrived all the same.</summary>
    public bool MaybeArrived { get; init; }

    /// <summary>Whether it counts as an attempt and is recorded in the delivery log.</summary>
    public bool Tried => Outcome is SendOutcome.Delivered or SendOutcome.Failed or SendOutcome.Refused;
}

internal enum SendOutcome
{
    Delivered,
    /// <summary>Transient failure: will be retried.</summary>
    Failed,
    /// <summary>Permanently rejected by the far side.</summary>
    Refused,
    /// <summary>Nobody can be asked: the channel is not set up (no mail server), or the destination's settings cannot be used.</summary>
    Undeliverable,
    /// <summary>The monitor was disabled; decided before a channel is asked.</summary>
    Cancelled,
    /// <summary>Its address is not confirmed yet; decided before a channel is asked.</summary>
    Unconfirmed,
    /// <summary>A daily limit is reached; decided before a channel is asked.</summary>
    Held,
    /// <summary>The service stopped before anything was sent.</summary>
    NotSent,
}
