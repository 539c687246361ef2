using Monit.Core.Checks.Reports;
using Monit.Core.Incidents;

namespace Monit.Worker.Jobs;

/// <summary>A result that opens or closes an incident and must be in SQL before its job is completed.</summary>
internal sealed record PendingTransition(CheckedJob Checked, Outcome Outcome)
{
    public CheckJob Job => Checked.Job;

    /// <summary>What the check saw; null if nothing is to be kept of it.</summary>
    public CheckReport? Report { get; init; }

    /// <summary>The newest good check before it; null if there is none.</summary>
    public Evidence? LastGood { get; init; }

    public Transition Transition => Outcome.Change == IncidentChange.Open
        ? new(Job.Id, Job.Config.Version, DateTimeOffset.FromUnixTimeMilliseconds(Outcome.At),
            Checked.Verdict.Reason, Checked.Verdict.HttpStatus, Checked.Verdict.LatencyMs) { Severity = Outcome.Severity, Detail = Checked.Verdict.Detail, Evidence = Evidence }
        : new(Job.Id, Job.Config.Version, DateTimeOffset.FromUnixTimeMilliseconds(Outcome.At), null, null, null) { Evidence = Evidence };

    // Compressed once, and not in the loop that decides.
    private Evidence[] Evidence => field ??= [.. All()];

    private IEnumerable<Evidence> All()
    {
        if (Report is { } report)
            yield return new Evidence(Outcome.Change == IncidentChange.Open ? EvidenceKind.Opened : EvidenceKind.Closed,
                DateTimeOffset.FromUnixTimeMilliseconds(Checked.At), EvidenceFile.Encode(report));
        if (LastGood is { } good)
            yield return good;
    }
}
