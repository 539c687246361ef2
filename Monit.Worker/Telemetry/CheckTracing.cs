using System.Diagnostics;
using Microsoft.Extensions.Options;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Worker.Executor;
using Monit.Worker.ResultProcessor;

namespace Monit.Worker.Telemetry;

/// <summary>
/// One check as one trace. Its outcome decides whether it is kept, so the spans are made once that is known, from
/// recorded times; what is not kept costs nothing. Whoever takes a job out of the pipeline ends its trace.
/// </summary>
internal sealed class CheckTracing(IOptions<TelemetryOptions> options, TimeProvider time)
{
    private static readonly ActivitySource Source = new("Monit.Worker");

    /// <summary>
    /// Starts the trace of a check that is kept, as of its claim, and makes it the current one. Failures and state changes
    /// are kept always, plain successes by <see cref="TelemetryOptions.SuccessRatio"/>.
    /// </summary>
    /// <param name="decided">The monotonic timestamp before the decision.</param>
    public void Start(CheckedJob done, in Outcome outcome, long decided)
    {
        if (!Source.HasListeners() || !IsKept(done, outcome))
            return;
        var (job, result, now) = (done.Job, done.Result, time.GetTimestamp());
        // Whatever is current here belongs to somebody else: a check is a trace of its own.
        Activity.Current = null;
        if (Source.StartActivity("monit.check", ActivityKind.Internal, default(ActivityContext), startTime: At(job.Claimed.Sent)) is not { } root)
            return;
        job.Trace = root;
        root.SetTag("monit.monitor.id", job.Id.ToString()).SetTag("monit.monitor.state", outcome.State.ToString().ToLowerInvariant());
        if (result.Reason is { } reason)
            root.SetTag("error.type", reason.ToWire()).SetStatus(ActivityStatusCode.Error);

        AddClaim(root.Context, job.Claimed);
        if (result.Reason != FailureReason.InvalidRequest)
            AddRequest(root.Context, done);
        using var decision = Child(root.Context, "monit.decide", ActivityKind.Internal, decided, now);
        decision?.SetTag("monit.incident.change", outcome.Change.ToString().ToLowerInvariant());
    }

    /// <summary>A batch of transitions on its way to SQL: part of the first one's trace, linked to the others.</summary>
    public static Activity? StartWrite(List<PendingTransition> batch)
    {
        if (batch.Find(pending => pending.Job.Trace is not null) is not { } first)
            return null;
        var links = batch.Where(other => other != first && other.Job.Trace is not null).Select(other => new ActivityLink(other.Job.Trace!.Context));
        return Source.StartActivity("monit.incident.write", ActivityKind.Internal, first.Job.Trace!.Context, links: links)
            ?.SetTag("db.operation.batch.size", batch.Count);
    }

    /// <summary>Shows in the other traces of a batch when it was written, and links them to where.</summary>
    public static void Join(List<PendingTransition> batch, Activity write)
    {
        foreach (var trace in batch.Select(pending => pending.Job.Trace).Where(trace => trace is not null && trace.TraceId != write.TraceId))
        {
            using var part = Source.StartActivity("monit.incident.write", ActivityKind.Internal, trace!.Context,
                links: [new ActivityLink(write.Context)], startTime: write.StartTimeUtc);
            part?.SetTag("db.operation.batch.size", batch.Count).SetEndTime(write.StartTimeUtc + write.Duration);
        }
    }

    /// <summary>Telling Monit.Alerts, as part of the check that opened or closed the incident.</summary>
    public static Activity? StartDispatch(ActivityContext check) =>
        check == default ? null : Source.StartActivity("monit.alert.dispatch", ActivityKind.Producer, check);

    /// <summary>The job is written to Redis. Returns its span, to which the others of the batch are linked.</summary>
    /// <param name="sent">The monotonic timestamp before the script was called.</param>
    /// <param name="operation">The script.</param>
    public ActivityContext EndWritten(CheckJob job, string operation, bool fenced, long sent, ActivityContext batch)
    {
        if (job.Trace is not { } root)
            return batch;
        var write = Source.StartActivity($"monit.{operation}", ActivityKind.Client, root.Context,
            links: batch == default ? null : [new ActivityLink(batch)], startTime: At(sent));
        write?.SetTag("db.system.name", "redis").SetTag("db.operation.name", operation).Stop();
        End(job, fenced ? "fenced" : operation + "d");
        return batch == default ? write?.Context ?? default : batch;
    }

    /// <summary>The job has left the pipeline.</summary>
    public static void End(CheckJob job, string ending)
    {
        job.Trace?.SetTag("monit.check.ending", ending).Stop();
        job.Trace = null;
    }

    private bool IsKept(CheckedJob done, in Outcome outcome) =>
        !done.Result.Success || outcome.Change != IncidentChange.None || !done.Job.Incident.IsHealthy
        || Random.Shared.NextDouble() < options.Value.SuccessRatio;

    // One claim brings many jobs: the first to be kept shows it, the others link to that.
    private void AddClaim(ActivityContext root, LeaseClock clock)
    {
        using var claim = Child(root, "monit.claim", ActivityKind.Client, clock.Sent, clock.Received, clock.Span);
        claim?.SetTag("db.system.name", "redis").SetTag("db.operation.name", "claim");
        clock.Span ??= claim;
    }

    // By the semantic conventions for HTTP clients; no query and no user info, which may hold secrets.
    private void AddRequest(ActivityContext root, CheckedJob done)
    {
        if (!Uri.TryCreate(done.Job.Config.Url, UriKind.Absolute, out var url))
            return;
        using var request = Child(root, "GET", ActivityKind.Client, done.Started, done.Ended);
        request?.SetTag("http.request.method", "GET")
            .SetTag("url.full", url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped))
            .SetTag("server.address", url.IdnHost).SetTag("server.port", url.Port);
        if (done.Result.HttpStatus is { } status)
            request?.SetTag("http.response.status_code", status);
        if (done.Result.Reason is { } reason)
            request?.SetTag("error.type", reason.ToWire()).SetStatus(ActivityStatusCode.Error);
    }

    private Activity? Child(ActivityContext parent, string name, ActivityKind kind, long started, long ended, Activity? link = null) =>
        Source.StartActivity(name, kind, parent, links: link is null ? null : [new ActivityLink(link.Context)], startTime: At(started))
            ?.SetEndTime(At(ended).UtcDateTime);

    private DateTimeOffset At(long timestamp) => time.GetUtcNow() - time.GetElapsedTime(timestamp);
}
