namespace Monit.Core.Checks;

/// <summary>What a check's <see cref="Observation"/> means for its monitor. A failure is data, not an exception.</summary>
/// <param name="HttpStatus">Null if there was no response.</param>
/// <param name="Latency">From before the name is resolved to the end of the body; null if there was no response.</param>
/// <param name="Detail">As in <see cref="Failure"/>.</param>
public readonly record struct Verdict(FailureReason? Reason, FailureKind Kind, int? HttpStatus, TimeSpan? Latency, string? Detail = null)
{
    public bool Success => Reason is null;

    public int? LatencyMs => (int?)Latency?.TotalMilliseconds;

    public static Verdict Up(int? status, TimeSpan latency) => new(null, FailureKind.None, status, latency);

    public static Verdict Down(FailureReason reason, FailureKind kind, int? status = null, TimeSpan? latency = null, string? detail = null) =>
        new(reason, kind, status, latency, detail);
}
