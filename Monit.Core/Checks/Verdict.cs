using Monit.Core.Checks.Assertions;

namespace Monit.Core.Checks;

/// <summary>What a check's <see cref="Observation"/> means for its monitor. A failure is data, not an exception.</summary>
/// <param name="HttpStatus">Null if there was no response.</param>
/// <param name="Latency">From before the name is resolved to the end of the body; null if there was no response.</param>
/// <param name="Detail">As in <see cref="Failure"/>.</param>
/// <param name="Severity">Of a failure: one that is <see cref="Severity.Degraded"/> counts as up.</param>
public readonly record struct Verdict(
    FailureReason? Reason, FailureKind Kind, int? HttpStatus, TimeSpan? Latency, string? Detail = null, Severity Severity = Severity.Down)
{
    /// <summary>Whether nothing is wrong at all.</summary>
    public bool Success => Reason is null;

    /// <summary>Whether it counts as up although an assertion of that severity fails.</summary>
    public bool IsDegraded => Reason is not null && Severity == Severity.Degraded;

    public int? LatencyMs => (int?)Latency?.TotalMilliseconds;

    public static Verdict Up(int? status, TimeSpan latency) => new(null, FailureKind.None, status, latency);

    public static Verdict Down(FailureReason reason, FailureKind kind, int? status = null, TimeSpan? latency = null, string? detail = null) =>
        new(reason, kind, status, latency, detail);

    public static Verdict Degraded(int? status, TimeSpan latency, string detail) =>
        new(FailureReason.AssertionFailed, FailureKind.Definite, status, latency, detail, Severity.Degraded);
}
