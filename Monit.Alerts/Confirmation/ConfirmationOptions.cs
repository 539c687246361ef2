namespace Monit.Alerts.Confirmation;

/// <summary>What the sweep shares with the delivery of alerts, which documents and validates it. Section <c>Alerts</c>.</summary>
internal sealed class ConfirmationOptions
{
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);
    public TimeSpan SendLease { get; set; } = TimeSpan.FromSeconds(60);
}
