using System.Diagnostics;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Worker.Jobs;

namespace Monit.Worker.Telemetry;

/// <summary>
/// One trace per check, with tail sampling: spans are created once the outcome is known, from recorded times, so a check
/// that is not sampled costs nothing. The code that takes a job out of the pipeline must end its trace.
/// </summary>
internal sealed class CheckTracing(IOptions<TelemetryOptions> options, TimeProvider time)
{
    private static readonly ActivitySource Source = new("Monit.Worker");

    /// <summary>
    /// Starts the trace of a check if it is sampled, with the time of its claim, and makes it current. Failures and state
    /// changes are always sampled, other successes by <see cref="TelemetryOptions.SuccessRatio"/>.
    /// </summary>
    /// <param name="decided">The monotonic timestamp before the decision.</param>
    public void Start(CheckedJob done, in Outcome outcome, long decided)
    {
        if (!Source.HasListeners() || !IsSampled(done, outcome))
            return;
        var (job, verdict, now) = (done.Job, done.Verdict, time.GetTimestamp());
        // A check is a trace of its own, not a child of whatever activity is current.
        Activity.Current = null;
        if (Source.StartActivity("monit.check", ActivityKind.Internal, default(ActivityContext), startTime: At(job.Claimed.Sent)) is not { } root)
            return;
        job.Trace = root;
        root.SetTag("monit.monitor.id", job.Id.ToString()).SetTag("monit.monitor.state", outcome.State.ToString().ToLowerInvariant());
        if (verdict.Reason is { } reason)
            root.SetTag("error.type", reason.ToWire()).SetStatus(ActivityStatusCode.Error);

        AddClaim(root.Context, job.Claimed);
        if (verdict.Reason != FailureReason.InvalidRequest)
            AddRequest(root.Context, done);
        using var decision = Child(root.Context, "monit.decide", ActivityKind.Internal, decided, now);
        decision?.SetTag("monit.incident.change", outcome.Change.ToString().ToLowerInvariant());
    }

    /// <summary>The span of writing a batch of transitions to SQL: in the trace of the first one, linked to the others.</summary>
    public static Activity? StartWrite(List<PendingTransition> batch)
    {
        if (batch.Find(pending => pending.Job.Trace is not null) is not { } first)
            return null;
        var links = batch.Where(other => other != first && other.Job.Trace is not null).Select(other => new ActivityLink(other.Job.Trace!.Context));
        return Source.StartActivity("monit.incident.write", ActivityKind.Internal, first.Job.Trace!.Context, links: links)
            ?.SetTag("db.operation.batch.size", batch.Count);
    }

    /// <summary>Adds a span of the write, linked to <paramref name="write"/>, to the other traces of the batch.</summary>
    public static void Join(List<PendingTransition> batch, Activity write)
    {
        foreach (var trace in batch.Select(pending => pending.Job.Trace).Where(trace => trace is not null && trace.TraceId != write.TraceId))
        {
            using var part = Source.StartActivity("monit.incident.write", ActivityKind.Internal, trace!.Context,
                links: [new ActivityLink(write.Context)], startTime: write.StartTimeUtc);
            part?.SetTag("db.operation.batch.size", batch.Count).SetEndTime(write.StartTimeUtc + write.Duration);
        }
    }

    /// <summary>The span of the call to Monit.Alerts, in the trace of the check that opened or closed the incident.</summary>
    public static Activity? StartDispatch(ActivityContext check) =>
        check == default ? null : Source.StartActivity("monit.alert.dispatch", ActivityKind.Producer, check);

    /// <summary>Adds the span of writing the job to Redis, and ends the trace.</summary>
    /// <param name="operation">The script.</param>
    /// <param name="sent">The monotonic timestamp before the script was called.</param>
    /// <param name="batch">The first such span of the batch, to which this one is linked; default if there is none yet.</param>
    /// <returns>The first such span of the batch.</returns>
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

    /// <summary>Ends the trace of a job that leaves the pipeline.</summary>
    public static void End(CheckJob job, string ending)
    {
        job.Trace?.SetTag("monit.check.ending", ending).Stop();
        job.Trace = null;
    }

    private bool IsSampled(CheckedJob done, in Outcome outcome) =>
        !done.Verdict.Success || outcome.Change != IncidentChange.None || !done.Job.Incident.IsHealthy
        || Random.Shared.NextDouble() < options.Value.SuccessRatio;

    // All jobs of a claim share it: the other traces link to the span in the first one.
    private void AddClaim(ActivityContext root, LeaseClock clock)
    {
        using var claim = Child(root, "monit.claim", ActivityKind.Client, clock.Sent, clock.Received, clock.Span);
        claim?.SetTag("db.system.name", "redis").SetTag("db.operation.name", "claim");
        clock.Span ??= claim;
    }

    // OpenTelemetry's semantic conventions for HTTP clients, without query and user info, which may hold secrets.
    private void AddRequest(ActivityContext root, CheckedJob done)
    {
        if (!Uri.TryCreate(done.Job.Config.Url, UriKind.Absolute, out var url))
            return;
        var method = done.Job.Config.Settings.Request?.Method ?? "GET";
        using var request = Child(root, method, ActivityKind.Client, done.Observed.Started, done.Observed.Ended);
        request?.SetTag("http.request.method", method)
            .SetTag("url.full", url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped))
            .SetTag("server.address", url.IdnHost).SetTag("server.port", url.Port);
        if (done.Verdict.HttpStatus is { } status)
            request?.SetTag("http.response.status_code", status);
        var seen = done.Observed.Observation;
        if (seen.Peer?.Address is { } address)
            request?.SetTag("network.peer.address", address.ToString());
        if (seen.Answer is { } answer)
            request?.SetTag("network.protocol.version", answer.HttpVersion);
        if (request is not null)
            AddPhases(request, seen.Phases);
        foreach (var failed in done.Judged.Assertions)
            if (!failed.Ok)
            {
                request?.SetTag("monit.check.assertion", failed.Assertion.Source.ToWire());
                break;
            }
        if (done.Verdict.Reason is { } reason)
            request?.SetTag("error.type", reason.ToWire()).SetTag("monit.check.detail", done.Verdict.Detail).SetStatus(ActivityStatusCode.Error);
    }

    private static void AddPhases(Activity request, in Phases phases)
    {
        Add("monit.check.phase.dns", phases.Dns);
        Add("monit.check.phase.connect", phases.Connect);
        Add("monit.check.phase.tls", phases.Tls);
        Add("monit.check.phase.first_byte", phases.FirstByte);
        Add("monit.check.phase.transfer", phases.Transfer);

        void Add(string attribute, uint microseconds)
        {
            if (microseconds > 0)
                request.SetTag(attribute, microseconds / 1e6);
        }
    }

    private Activity? Child(ActivityContext parent, string name, ActivityKind kind, long started, long ended, Activity? link = null) =>
        Source.StartActivity(name, kind, parent, links: link is null ? null : [new ActivityLink(link.Context)], startTime: At(started))
            ?.SetEndTime(At(ended).UtcDateTime);

    private DateTimeOffset At(long timestamp) => time.GetUtcNow() - time.GetElapsedTime(timestamp);
}
