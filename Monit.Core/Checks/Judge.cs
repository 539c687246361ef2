using System.Globalization;
using System.Runtime.CompilerServices;
using Monit.Core.Checks.Assertions;

namespace Monit.Core.Checks;

/// <summary>
/// Says what an observation means. Pure, and called by the result processor, never on the thread that serves the sockets
/// of all checks: judging more than status and latency may take long. Three things see to that: this class is internal,
/// and Monit.Probes is no friend of Monit.Core, so the compiler refuses a call there; a probe takes and yields plain data,
/// no delegate and no judge (a test says so); and whatever gets there all the same is refused by
/// <see cref="SocketThread"/>.
/// </summary>
internal static class Judge
{
    // Paths and expressions are compiled once for the assertions of a monitor, as long as its configuration is cached.
    private static readonly ConditionalWeakTable<IReadOnlyList<Assertion>, AssertionEvaluator[]> Compiled = [];

    /// <param name="at">When the check began.</param>
    public static Judgement Of(CheckConfig spec, in Observation seen, DateTimeOffset at)
    {
        SocketThread.Refuse();
        if (seen.Failure is { } failure)
            return new(Verdict.Down(failure.Reason, failure.Kind, seen.HttpStatus, seen.Latency, failure.Detail));
        var assertions = spec.Settings.Assertions is { } asserted ? Results(asserted, seen, at) : [];
        return new(Judged(spec, seen, at, assertions), assertions);
    }

    private static Verdict Judged(CheckConfig spec, in Observation seen, DateTimeOffset at, AssertionResult[] assertions)
    {
        if (seen.HttpStatus is { } status && spec.ExpectedStatus is { } expected && status != expected)
            return Down(FailureReason.UnexpectedStatus, $"expected status {expected}, got {status}", seen);
        if (seen.Total > spec.LatencyThreshold)
            return Down(FailureReason.LatencyExceeded, $"expected at most {(long)spec.LatencyThreshold.Value.TotalMilliseconds} ms, took {(long)seen.Total.TotalMilliseconds} ms", seen);
        if (spec.Settings.Tls?.MinDays is { } days && seen.Peer?.Chain is { } chain && chain.DaysLeft(at) is var left && left < days)
            return Down(FailureReason.CertificateExpiring, $"expected {days} days until the certificate expires, got {left}", seen);
        AssertionResult? degraded = null;
        foreach (var result in assertions)
            if (!result.Ok && result.Assertion.Severity == Severity.Down)
                return Down(FailureReason.AssertionFailed, $"{result.Detail}", seen);
            else if (!result.Ok)
                degraded ??= result;
        return degraded is { } worst ? Verdict.Degraded(seen.HttpStatus, seen.Total, worst.Detail) : Verdict.Up(seen.HttpStatus, seen.Total);
    }

    private static Verdict Down(FailureReason reason, FormattableString detail, in Observation seen) =>
        Verdict.Down(reason, FailureKind.Definite, seen.HttpStatus, seen.Total, detail.ToString(CultureInfo.InvariantCulture));

    private static AssertionResult[] Results(IReadOnlyList<Assertion> assertions, in Observation seen, DateTimeOffset at)
    {
        using var facts = SeenFacts.Of(seen, at);
        return Array.ConvertAll(Compiled.GetValue(assertions, static list => [.. list.Select(assertion => new AssertionEvaluator(assertion))]), one => one.Judge(facts));
    }
}
