using Monit.Core.Incidents;

namespace Monit.Worker.Jobs;

/// <summary>A result that opens or closes an incident and must be in SQL before its job is completed.</summary>
internal sealed record PendingTransition(CheckedJob Checked, Outcome Outcome)
{
    public CheckJob Job => Checked.Job;

    public Transition Transition => Outcome.Change == IncidentChange.Open
        ? new(Job.Id, Job.Config.Version, DateTimeOffset.FromUnixTimeMilliseconds(Outcome.At),
            Checked.Verdict.Reason, Checked.Verdict.HttpStatus, Checked.Verdict.LatencyMs) { Severity = Outcome.Severity, Detail = Checked.Verdict.Detail }
        : new(Job.Id, Job.Config.Version, DateTimeOffset.FromUnixTimeMilliseconds(Outcome.At), null, null, null);
}
