using System.Diagnostics.Metrics;
using Monit.Alerts.Delivery;
using Monit.Core.Alerts;

namespace Monit.Alerts.Telemetry;

/// <summary>The instruments of Monit.Alerts, in the meter of that name; docs/telemetry.md lists them.</summary>
internal sealed class DeliveryMetrics
{
    public const string MeterName = "Monit.Alerts";

    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _attempts;

    public DeliveryMetrics(IMeterFactory meters, DeliveryQueue queue)
    {
        var meter = meters.Create(MeterName);
        _deliveries = meter.CreateCounter<long>("monit.alert.deliveries", "{alert}", "Handled alerts by the resulting status.");
        // The histogram's count is the number of attempts.
        _attempts = meter.CreateHistogram("monit.alert.attempt.duration", "s", "The duration of attempts to send an alert.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
        meter.CreateObservableUpDownCounter("monit.alert.queue.length", () => queue.Count, "{alert}", "Alerts that wait for a delivery worker.");
    }

    /// <param name="status">The alert's status afterwards; <see cref="AlertStatus.Pending"/> means that it will be retried.</param>
    public void Count(AlertKind kind, AlertStatus status) => _deliveries.Add(1,
        new("monit.alert.kind", kind.ToString().ToLowerInvariant()),
        new("monit.alert.status", status.ToString().ToLowerInvariant()));

    public void RecordAttempt(string channel, SendOutcome result, TimeSpan took) => _attempts.Record(took.TotalSeconds,
        new("monit.alert.channel", channel),
        new("monit.alert.result", result.ToString().ToLowerInvariant()));
}
