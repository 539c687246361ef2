namespace Monit.Alerts.Delivery;

/// <summary>What came of handing a claimed alert to a channel.</summary>
internal readonly record struct SendResult(SendOutcome Outcome, string? Error = null)
{
    /// <summary>Whether the receiving side was asked: such a try counts and is logged.</summary>
    public bool Tried => Outcome is SendOutcome.Delivered or SendOutcome.Failed or SendOutcome.Refused;
}

internal enum SendOutcome
{
    Delivered,
    /// <summary>May work later.</summary>
    Failed,
    /// <summary>The receiver will never take it.</summary>
    Refused,
    /// <summary>There is no way to send it.</summary>
    Undeliverable,
    /// <summary>The monitor is no longer watched.</summary>
    Cancelled,
    /// <summary>The service stops; nothing was sent.</summary>
    NotSent,
}
