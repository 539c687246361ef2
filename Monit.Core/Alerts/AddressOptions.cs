namespace Monit.Core.Alerts;

/// <summary>Whether addresses must be confirmed; for Monit.Alerts, which sends, and Monit.Api, which shows it. Section <c>Alerts</c>.</summary>
public sealed class AddressOptions
{
    /// <summary>
    /// Whether alerts go only to addresses that somebody has confirmed by a link; default true, in Standalone false while it
    /// listens on loopback only.
    /// </summary>
    public bool ConfirmAddresses { get; set; } = true;
}
