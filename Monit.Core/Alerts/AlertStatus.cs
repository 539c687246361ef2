namespace Monit.Core.Alerts;

/// <summary>Where a notice stands; all but the first two are final.</summary>
public enum AlertStatus
{
    Pending,
    /// <summary>Claimed by a sender until <see cref="Alert.ClaimedUntil"/>.</summary>
    Sending,
    Delivered,
    /// <summary>Given up after the last attempt, or refused for good by the receiver.</summary>
    Failed,
    /// <summary>There is no way to send it: no SMTP host, or no address.</summary>
    Undeliverable,
    /// <summary>The monitor was disabled or deleted before it was sent.</summary>
    Cancelled,
}
