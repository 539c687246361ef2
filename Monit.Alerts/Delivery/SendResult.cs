using Monit.Core.Incidents;

namespace Monit.Alerts.Delivery;

/// <summary>The result of sending a claimed alert through a channel.</summary>
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
    /// <summary>Permanently rejected by the mail server.</summary>
    Refused,
    /// <summary>No mail server is configured, or there is no valid address.</summary>
    Undeliverable,
    /// <summary>The monitor was disabled.</summary>
    Cancelled,
    /// <summary>The service stopped before anything was sent.</summary>
    NotSent,
}
