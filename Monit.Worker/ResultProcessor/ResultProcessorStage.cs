using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Reports;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Worker.Completer;
using Monit.Worker.Jobs;
using Monit.Worker.Telemetry;

namespace Monit.Worker.ResultProcessor;

/// <summary>
/// Stage 3: judges what checks saw, and decides. Results that open or close an incident go through SQL first (<see cref="IncidentWriter"/>), all others
/// directly to the <see cref="CompleterStage"/>, so a healthy monitor never waits for SQL. One loop suffices: a decision takes
/// about a microsecond.
/// </summary>
internal sealed partial class ResultProcessorStage(
    ResultChannel results,
    IncidentWriter incidents,
    CompleterStage completer,
    Completions completions,
    RetryBudget retries,
    CheckErrors errors,
    GoodChecks goodChecks,
    IOptions<DecisionRules> options,
    CheckTracing tracing,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<ResultProcessorStage> logger)
{
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns when the result channel is completed and every result is decided.</summary>
    public async Task RunAsync()
    {
        metrics.ObserveQueue("results", () => results.Reader.Count);
        while (await results.Reader.WaitToReadAsync())
        {
            // A short wait collects a batch: waking up for each result would cost more than deciding it.
            if (!results.Reader.Completion.IsCompleted)
                await Task.WhenAny(Task.Delay(Linger, time), results.Reader.Completion);
            while (results.TryRead(out var seen))
                await DecideOrReleaseAsync(seen);
        }
    }

    private async ValueTask DecideOrReleaseAsync(ObservedJob seen)
    {
        try
        {
            var judged = Judged(seen);
            metrics.RecordCheck(judged.Verdict, seen.Observation);
            if (seen.Job.IsSample)
                goodChecks.Keep(seen.Job, seen.Observation, judged, DateTimeOffset.FromUnixTimeMilliseconds(seen.At));
            await DecideAsync(new CheckedJob(seen, judged));
        }
        catch (Exception failure)
        {
            LogBroken(seen.Job.Id, failure);
            await completer.ReleaseAsync(seen.Job, CompleterStage.BackOff());
        }
    }

    private Judgement Judged(in ObservedJob seen)
    {
        try
        {
            var judged = Judge.Of(seen.Job.Config, seen.Observation, DateTimeOffset.FromUnixTimeMilliseconds(seen.At));
            // Only here: a check that runs, but cannot be judged, has not worked.
            if (judged.Verdict.Kind != FailureKind.NotJudged)
                errors.Worked(seen.Job.Id);
            // The one place where secrets are hidden that the target repeats: from here on the detail goes into stores, logs, traces and mails.
            return judged.Verdict.Detail is { } detail ? judged with { Verdict = judged.Verdict with { Detail = seen.Job.Mask.Apply(detail) } } : judged;
        }
        catch (Exception failure)
        {
            if (errors.Failed(seen.Job.Id).IsFirst)
                LogNotJudged(seen.Job.Id, failure);
            return new(Verdict.Down(FailureReason.CheckError, FailureKind.NotJudged, seen.Observation.HttpStatus, seen.Observation.Latency));
        }
    }

    private async ValueTask DecideAsync(CheckedJob done)
    {
        var (job, decided) = (done.Job, time.GetTimestamp());
        var rules = options.Value.With(job.Config.Rules);
        var outcome = Decision.Decide(job.Incident, done.Verdict, done.At, rules, mayRetry: true);
        if (outcome.Next == NextCheck.Retry && !retries.TrySpend())
            outcome = Decision.Decide(job.Incident, done.Verdict, done.At, rules, mayRetry: false);
        tracing.Start(done, outcome, decided);
        if (outcome.State == MonitorState.Parked && !job.Incident.Parked)
            metrics.Parked.Add(1);
        if (logger.IsEnabled(LogLevel.Debug))
            LogChecked(job.Id, job.Config.LogUrl, outcome.State, done.Verdict.Reason?.ToWire(), done.Verdict.HttpStatus, done.Verdict.LatencyMs);

        if (outcome.Change == IncidentChange.None)
            await completer.CompleteAsync(job, completions.Of(done, outcome));
        else if (!incidents.TryWrite(Pending(done, outcome)))
            // SQL is unavailable and its queue is full; the check at the next slot comes to the same decision.
            await completer.ReleaseAsync(job, TimeSpan.FromMilliseconds(
                Cadence.Next(job.Id, job.Clock.Now, job.Config.Interval) - job.Clock.Now));
    }

    private PendingTransition Pending(CheckedJob done, in Outcome outcome)
    {
        var (job, at) = (done.Job, DateTimeOffset.FromUnixTimeMilliseconds(done.At));
        return new PendingTransition(done.WithoutAnswer(), outcome)
        {
            Report = Reporter.Of(done.Observed.Observation, done.Judged, at, job.Mask),
            LastGood = outcome.Change == IncidentChange.Open
                ? goodChecks.Before(job.Id, job.Config.Version, DateTimeOffset.FromUnixTimeMilliseconds(outcome.At)) : null,
        };
    }

    [LoggerMessage(1, LogLevel.Debug, "Monitor {MonitorId} ({Url}) is {State}: {Reason}, HTTP status {HttpStatus}, {LatencyMs} ms")]
    private partial void LogChecked(Guid monitorId, string url, MonitorState state, string? reason, int? httpStatus, int? latencyMs);

    [LoggerMessage(3, LogLevel.Error, "The check of monitor {MonitorId} could not be judged; it is shown as CHECK_ERROR, without an incident. Please report this")]
    private partial void LogNotJudged(Guid monitorId, Exception failure);

    [LoggerMessage(2, LogLevel.Error, "The result of monitor {MonitorId} could not be processed; its job is released")]
    private partial void LogBroken(Guid monitorId, Exception failure);
}
