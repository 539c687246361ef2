using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Worker.Jobs;

namespace Monit.Worker.Completer;

/// <summary>Converts outcomes into completions: next due time, status and incident state.</summary>
internal sealed class Completions(IOptions<DecisionRules> rules)
{
    public Completion Of(CheckedJob done, in Outcome outcome)
    {
        var job = done.Job;
        var now = job.Clock.Now;
        var own = rules.Value.With(job.Config.Rules);
        var (due, period) = outcome.Next switch
        {
            NextCheck.Retry => (now + (long)own.RetryDelay.TotalMilliseconds, TimeSpan.Zero),
            NextCheck.Parked when rules.Value.ParkedRecheck == TimeSpan.Zero => (Completion.Never, TimeSpan.Zero),
            NextCheck.Parked when own.ParkedPace(outcome.Incident.FailureCount) is var pace && pace > job.Config.Interval =>
                (now + (long)pace.TotalMilliseconds, TimeSpan.Zero),
            _ => (Cadence.Next(job.Id, now, job.Config.Interval), job.Config.Interval),
        };
        var status = new MonitorStatus(
            outcome.State, done.Verdict.HttpStatus, done.Verdict.LatencyMs, done.Verdict.Reason, done.At, done.Verdict.Detail);
        var (before, after) = (CountedStates.Of(job.Incident, isKnown: job.RawIncident.IsEmpty),
            CountedStates.Of(outcome.Incident, isKnown: done.Verdict.Kind != FailureKind.NotJudged));
        // A healthy monitor that was healthy before needs no write.
        IncidentState? incident = outcome.Incident.IsHealthy && before == after ? null : outcome.Incident;
        var result = new ResultPoint(done.At / 100, ResultCode.Of(done.Verdict));
        return new Completion(job.Lease, due, period, result, incident is null && status.IsPlain ? null : status, incident, before == after ? null : after);
    }

    /// <summary>
    /// For a transition that SQL refuses: writes the status and what was counted, but leaves the incident as it was, so that the next check
    /// tries again.
    /// </summary>
    public Completion WithoutTransition(PendingTransition refused)
    {
        var (before, after) = (refused.Job.Incident, refused.Outcome.Incident);
        var incident = refused.Outcome.Change == IncidentChange.Open
            ? after with { DbIncident = before.DbIncident, Severity = before.Severity }
            : before with
            {
                SuccessCount = before.SuccessCount + 1, FirstSuccessAt = refused.Outcome.At,
                DegradedCount = after.DegradedCount, FirstDegradedAt = after.FirstDegradedAt,
            };
        return Of(refused.Checked, refused.Outcome with { Incident = incident, Next = NextCheck.Slot });
    }
}
