namespace Monit.Core.Alerts;

/// <summary>The state of an alert's delivery; all but the first two are final.</summary>
public enum AlertStatus
{
    Pending,
    /// <summary>Claimed by a sender until <see cref="Alert.ClaimedUntil"/>.</summary>
    Sending,
    Delivered,
    /// <summary>Given up: the far side rejected it for good, or it could not be delivered in time, or its address was not confirmed in time.</summary>
    Failed,
    /// <summary>It cannot be sent: no SMTP host, or no valid address.</summary>
    Undeliverable,
    /// <summary>The monitor was disabled or deleted before it was sent.</summary>
    Cancelled,
}
