using System.Diagnostics.Metrics;
using Monit.Core.Alerts;

namespace Monit.Alerts.Delivery;

internal sealed class DeliveryMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _deliveries = meters.Create("Monit.Alerts")
        .CreateCounter<long>("monit.alert.deliveries", "{alert}", "Alerts by what came of handling them once.");

    /// <param name="status">Where the alert stands afterwards; <see cref="AlertStatus.Pending"/> is to be retried.</param>
    public void Count(AlertKind kind, AlertStatus status) => _deliveries.Add(1,
        new("monit.alert.kind", kind.ToString().ToLowerInvariant()),
        new("monit.alert.status", status.ToString().ToLowerInvariant()));
}
