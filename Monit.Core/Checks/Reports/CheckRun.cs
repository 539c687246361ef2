using Monit.Core.Checks.Settings;

namespace Monit.Core.Checks.Reports;

/// <summary>
/// Carries out a check once, judges it as a worker would, and reports it; the one place for whoever tries a check outside of the
/// pipeline. It stores nothing, retries nothing and decides nothing.
/// </summary>
internal static class CheckRun
{
    /// <summary>What carries it out: <c>ProbeRegistry.RunAsync</c> of Monit.Probes, which may not know what judges (see <see cref="Judge"/>).</summary>
    public delegate ValueTask<Observation> Probe(CheckConfig spec, bool withAnswer, CancellationToken abort);

    /// <param name="spec">With its secrets, which the report does not have.</param>
    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled.</exception>
    /// <remarks>What else a probe throws comes through: Monit lacks something, or has a defect. Neither says anything about the target.</remarks>
    public static async Task<CheckReport> RunAsync(CheckConfig spec, Probe probe, TimeProvider time, CancellationToken abort)
    {
        var at = time.GetUtcNow();
        var seen = await probe(spec, true, abort).ConfigureAwait(false);
        // The probe may have ended on the thread that serves the sockets, which must not judge.
        await Task.Yield();
        return Reporter.Of(seen, Judge.Of(spec, seen, at), at, SecretMask.Of(spec.Settings));
    }

    /// <summary>The report of a check that Monit could not carry out or judge, by a defect of its own.</summary>
    public static CheckReport NotJudged(DateTimeOffset at)
    {
        var nothing = new Observation(new Failure(FailureReason.CheckError, FailureKind.NotJudged), null, default, default);
        return Reporter.Of(nothing, new Judgement(Verdict.Down(FailureReason.CheckError, FailureKind.NotJudged)), at, SecretMask.Nothing);
    }
}
