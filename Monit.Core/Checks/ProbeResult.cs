namespace Monit.Core.Checks;

/// <summary>The result of a check. A failure is data, not an exception.</summary>
/// <param name="HttpStatus">Null if there was no response.</param>
/// <param name="Latency">From before the name is resolved to the end of the body; null if there was no response.</param>
public readonly record struct ProbeResult(FailureReason? Reason, FailureKind Kind, int? HttpStatus, TimeSpan? Latency)
{
    public bool Success => Reason is null;

    public int? LatencyMs => (int?)Latency?.TotalMilliseconds;

    public static ProbeResult Up(int status, TimeSpan latency) => new(null, FailureKind.None, status, latency);

    public static ProbeResult Down(FailureReason reason, FailureKind kind, int? status = null, TimeSpan? latency = null) =>
        new(reason, kind, status, latency);
}
