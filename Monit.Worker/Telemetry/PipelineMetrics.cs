using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;

namespace Monit.Worker.Telemetry;

/// <summary>
/// The worker's instruments, in the meter <c>Monit.Worker</c>; docs/telemetry.md lists them. Attributes must have low
/// cardinality: never a monitor's id or URL.
/// </summary>
internal sealed class PipelineMetrics
{
    public const string MeterName = "Monit.Worker";

    private readonly ConcurrentQueue<(string Name, Func<int> Length)> _queues = new();
    private readonly ConcurrentQueue<(string Pool, Func<int> Used, int Limit)> _permits = new();
    private readonly Histogram<double> _checkDuration;
    private readonly Histogram<double> _phaseDuration;

    public PipelineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        Claims = meter.CreateCounter<long>("monit.claims", "{job}", "Jobs claimed.");
        Completions = meter.CreateCounter<long>("monit.completions", "{job}", "Checks completed.");
        Fenced = meter.CreateCounter<long>("monit.completions.fenced", "{job}", "Results that were fenced off because their lease had changed.");
        Expired = meter.CreateCounter<long>("monit.results.expired", "{job}", "Results dropped because a store was unavailable for longer than their lease.");
        Releases = meter.CreateCounter<long>("monit.releases", "{job}", "Jobs released unchecked.");
        GivenBack = meter.CreateCounter<long>("monit.checks.given_back", "{check}", "Checks given back, not judged, because the worker lacks something.");
        Reclaims = meter.CreateCounter<long>("monit.reclaims", "{job}", "Jobs whose lease had expired.");
        MissedSlots = meter.CreateCounter<long>("monit.schedule.missed", "{slot}", "Slots that passed without a check.");
        Parked = meter.CreateCounter<long>("monit.monitors.parked", "{monitor}", "Monitors that left the normal cadence.");
        IncidentsOpened = meter.CreateCounter<long>("monit.incidents.opened", "{incident}", "Incidents opened.");
        IncidentsClosed = meter.CreateCounter<long>("monit.incidents.closed", "{incident}", "Incidents closed.");
        Recorded = meter.CreateCounter<long>("monit.results.recorded", "{result}", "Results that were moved from Redis to SQL.");
        MoveDuration = meter.CreateHistogram("monit.results.move.duration", "s", "The time from one move of all results of a shard to the end of the next: how old a result may become in Redis.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 5, 10, 30, 45, 60, 90, 120, 300, 600, 1800, 3600] });
        StatesRecorded = meter.CreateCounter<long>("monit.states.recorded", "{monitor}", "Changes of monitors' states that were counted.");
        StatesCorrected = meter.CreateCounter<long>("monit.states.corrected", "{monitor}", "Monitors whose counted state was wrong.");
        DaysRolledUp = meter.CreateCounter<long>("monit.rollup.days", "{row}", "Days of monitors that were rolled up.");
        MonthsRolledUp = meter.CreateCounter<long>("monit.rollup.months", "{row}", "Months of monitors that were rolled up.");
        RollUpFailures = meter.CreateCounter<long>("monit.rollup.failures", "{slice}", "Slices of a day that could not be rolled up.");
        RollUpLag = meter.CreateHistogram("monit.rollup.lag", "s", "The time from when a slice of a day could be rolled up to when it was.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400, 259_200] });
        ScheduleLag = meter.CreateHistogram("monit.schedule.lag", "s", "The time from due to claimed.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900] });
        // Up to a minute, the longest time-out.
        _checkDuration = meter.CreateHistogram("monit.check.duration", "s", "The duration of a whole check, name resolution included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60] });
        _phaseDuration = meter.CreateHistogram("monit.check.phase.duration", "s", "The duration of a part of a check.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
        meter.CreateObservableUpDownCounter("monit.pipeline.queue.length", () => _queues.Select(
            queue => new Measurement<int>(queue.Length(), new KeyValuePair<string, object?>("monit.queue.name", queue.Name))),
            "{item}", "Items that wait between two stages.");
        meter.CreateObservableUpDownCounter("monit.http.slots.usage", () => _permits.Select(
            permits => new Measurement<int>(permits.Used(), new KeyValuePair<string, object?>("monit.slots.pool", permits.Pool))),
            "{slot}", "HTTP permits in use.");
        meter.CreateObservableUpDownCounter("monit.http.slots.limit", () => _permits.Select(
            permits => new Measurement<int>(permits.Limit, new KeyValuePair<string, object?>("monit.slots.pool", permits.Pool))),
            "{slot}", "The maximum number of HTTP permits.");
    }

    public Counter<long> Claims { get; }
    public Counter<long> Completions { get; }
    public Counter<long> Fenced { get; }
    public Counter<long> Expired { get; }
    public Counter<long> Releases { get; }
    public Counter<long> GivenBack { get; }
    public Counter<long> Reclaims { get; }
    public Counter<long> MissedSlots { get; }
    public Counter<long> Parked { get; }
    public Counter<long> IncidentsOpened { get; }
    public Counter<long> IncidentsClosed { get; }
    public Counter<long> StatesRecorded { get; }
    public Counter<long> StatesCorrected { get; }
    public Histogram<double> ScheduleLag { get; }
    public Counter<long> DaysRolledUp { get; }
    public Counter<long> MonthsRolledUp { get; }
    public Counter<long> RollUpFailures { get; }
    public Histogram<double> RollUpLag { get; }
    public Counter<long> Recorded { get; }
    public Histogram<double> MoveDuration { get; }
    public WorkDone Done { get; } = new();

    public void RecordCheck(in Verdict verdict, in Observation seen)
    {
        var took = seen.Total;
        RecordPhases(seen.Phases);
        if (verdict.Reason is { } reason)
            _checkDuration.Record(took.TotalSeconds, new("monit.check.outcome", OutcomeOf(verdict)), new("error.type", reason.ToWire()));
        else
            _checkDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("monit.check.outcome", "success"));
    }

    private static string OutcomeOf(in Verdict failed) => failed.Kind == FailureKind.NotJudged ? "unknown" : failed.IsDegraded ? "degraded" : "failure";

    /// <summary>
    /// Only of checks that made a connection: each value costs some 100 ns, nothing beside a new connection, but too much for
    /// a check on a kept one, whose two phases say little more than its duration.
    /// </summary>
    private void RecordPhases(in Phases phases)
    {
        if (phases.Dns + phases.Connect == 0)
            return;
        Record("dns", phases.Dns);
        Record("connect", phases.Connect);
        Record("tls", phases.Tls);
        Record("first_byte", phases.FirstByte);
        Record("transfer", phases.Transfer);

        void Record(string phase, uint microseconds)
        {
            if (microseconds > 0)
                _phaseDuration.Record(microseconds / 1e6, new KeyValuePair<string, object?>("monit.check.phase", phase));
        }
    }

    public void ObserveQueue(string name, Func<int> length) => _queues.Enqueue((name, length));

    public void ObservePermits(string pool, Func<int> used, int limit) => _permits.Enqueue((pool, used, limit));
}
