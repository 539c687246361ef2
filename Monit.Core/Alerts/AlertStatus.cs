namespace Monit.Core.Alerts;

/// <summary>The state of an alert's delivery; all but the first two are final.</summary>
public enum AlertStatus
{
    Pending,
    /// <summary>Claimed by a sender until <see cref="Alert.ClaimedUntil"/>.</summary>
    Sending,
    Delivered,
    /// <summary>The last attempt failed, or the mail server rejected it permanently.</summary>
    Failed,
    /// <summary>It cannot be sent: no SMTP host, or no valid address.</summary>
    Undeliverable,
    /// <summary>The monitor was disabled or deleted before it was sent.</summary>
    Cancelled,
}
