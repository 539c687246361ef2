namespace Monit.Alerts.Channels;

/// <summary>The result of sending an alert through a channel.</summary>
internal readonly record struct SendResult(SendOutcome Outcome, string? Error = null)
{
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
    /// <summary>The service stopped before anything was sent.</summary>
    NotSent,
}
