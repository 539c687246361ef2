using System.Diagnostics.Metrics;

namespace Monit.Worker;

/// <summary>The worker's instruments, under the meter <c>Monit.Worker</c>.</summary>
internal sealed class PipelineMetrics
{
    public const string MeterName = "Monit.Worker";

    public PipelineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        Claims = meter.CreateCounter<long>("monit.claims", "{job}", "Jobs claimed.");
        Completions = meter.CreateCounter<long>("monit.completions", "{job}", "Checks completed.");
        Fenced = meter.CreateCounter<long>("monit.completions.fenced", "{job}", "Results that came after their lease had moved on.");
        Expired = meter.CreateCounter<long>("monit.results.expired", "{job}", "Results dropped because a store stayed away for longer than their lease.");
        Releases = meter.CreateCounter<long>("monit.releases", "{job}", "Jobs given back unchecked.");
        Reclaims = meter.CreateCounter<long>("monit.reclaims", "{job}", "Jobs whose lease had run out.");
        MissedSlots = meter.CreateCounter<long>("monit.schedule.missed", "{slot}", "Slots that went by without a check.");
        ScheduleLag = meter.CreateHistogram<double>("monit.schedule.lag", "s", "From due to claimed.");
        CheckDuration = meter.CreateHistogram<double>("monit.check.duration", "s", "A whole check.");
        IncidentsOpened = meter.CreateCounter<long>("monit.incidents.opened", "{incident}");
        IncidentsClosed = meter.CreateCounter<long>("monit.incidents.closed", "{incident}");
    }

    public Counter<long> Claims { get; }
    public Counter<long> Completions { get; }
    public Counter<long> Fenced { get; }
    public Counter<long> Expired { get; }
    public Counter<long> Releases { get; }
    public Counter<long> Reclaims { get; }
    public Counter<long> MissedSlots { get; }
    public Histogram<double> ScheduleLag { get; }
    public Histogram<double> CheckDuration { get; }
    public Counter<long> IncidentsOpened { get; }
    public Counter<long> IncidentsClosed { get; }
}
