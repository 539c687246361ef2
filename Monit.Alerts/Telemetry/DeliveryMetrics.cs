using System.Diagnostics.Metrics;
using Monit.Alerts.Channels;
using Monit.Core.Alerts;

namespace Monit.Alerts.Telemetry;

/// <summary>The instruments of Monit.Alerts, in the meter of that name; docs/telemetry.md lists them.</summary>
internal sealed class DeliveryMetrics
{
    public const string MeterName = "Monit.Alerts";

    private readonly Meter _meter;
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _attempts;

    public DeliveryMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _deliveries = _meter.CreateCounter<long>("monit.alert.deliveries", "{alert}", "Handled alerts by the resulting status.");
        // The histogram's count is the number of attempts.
        _attempts = _meter.CreateHistogram("monit.alert.attempt.duration", "s", "The duration of attempts to send an alert.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
    }

    public void ObserveQueue(Func<int> length) =>
        _meter.CreateObservableUpDownCounter("monit.alert.queue.length", length, "{alert}", "Alerts that wait for a delivery worker.");

    /// <param name="status">The alert's status afterwards; <see cref="AlertStatus.Pending"/> means that it will be retried.</param>
    public void Count(AlertKind kind, AlertStatus status) => _deliveries.Add(1,
        new("monit.alert.kind", kind.ToString().ToLowerInvariant()),
        new("monit.alert.status", status.ToString().ToLowerInvariant()));

    public void RecordAttempt(string channel, SendOutcome result, TimeSpan took) => _attempts.Record(took.TotalSeconds,
        new("monit.alert.channel", channel),
        new("monit.alert.result", result.ToString().ToLowerInvariant()));
}
