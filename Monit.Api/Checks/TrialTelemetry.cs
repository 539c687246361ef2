using System.Diagnostics;
using System.Diagnostics.Metrics;
using Monit.Core.Checks;
using Monit.Core.Checks.Reports;

namespace Monit.Api.Checks;

/// <summary>
/// The instrument and the span of checks that are tried, apart from those of the workers: what users try out says nothing about how the
/// monitors are.
/// </summary>
internal sealed class TrialTelemetry
{
    public const string MeterName = "Monit.Api";

    private static readonly ActivitySource Source = new("Monit.Api");

    private readonly Histogram<double> _duration;

    public TrialTelemetry(IMeterFactory meters) => _duration = meters.Create(MeterName).CreateHistogram("monit.trial.duration", "s",
        "The duration of a check that was only tried.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60] });

    /// <summary>The span, in the trace of the request. Without path and query, in which users keep secrets.</summary>
    public static Activity? Start(CheckConfig spec) =>
        Source.StartActivity("monit.trial", ActivityKind.Client) is { } span && Uri.TryCreate(spec.Url, UriKind.Absolute, out var url)
            ? span.SetTag("server.address", url.IdnHost).SetTag("server.port", url.Port) : null;

    public void Record(Activity? span, CheckReport report)
    {
        var outcome = report.State switch { "up" => "success", "degraded" => "degraded", "pending" => "unknown", _ => "failure" };
        var tags = new TagList { { "monit.check.outcome", outcome } };
        if (report.Reason is { } reason)
            tags.Add("error.type", reason);
        _duration.Record(report.PhasesMs.Total / 1000, tags);
        foreach (var (name, value) in tags)
            span?.SetTag(name, value);
        if (report.HttpStatus is { } status)
            span?.SetTag("http.response.status_code", status);
    }
}
