using Monit.Core.Checks;

namespace Monit.Worker.Jobs;

/// <summary>A job with its verdict.</summary>
internal readonly record struct CheckedJob(in ObservedJob Observed, in Judgement Judged)
{
    public Verdict Verdict => Judged.Verdict;

    public CheckJob Job => Observed.Job;

    /// <inheritdoc cref="ObservedJob.At"/>
    public long At => Observed.At;

    /// <summary>The same without what the target answered, which may be a megabyte.</summary>
    public CheckedJob WithoutAnswer() => new(Observed with { Observation = Observed.Observation with { Answer = null } }, new Judgement(Verdict));
}
