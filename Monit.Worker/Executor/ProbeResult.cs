using Monit.Core.Monitors;

namespace Monit.Worker.Executor;

/// <summary>What a check found. A failure is data, not an exception.</summary>
/// <param name="HttpStatus">None when there was no answer.</param>
/// <param name="Latency">From before the name is resolved to the end of the body; none when there was no answer.</param>
internal readonly record struct ProbeResult(FailureReason? Reason, FailureKind Kind, int? HttpStatus, TimeSpan? Latency)
{
    public bool Success => Reason is null;

    public int? LatencyMs => (int?)Latency?.TotalMilliseconds;

    public static ProbeResult Up(int status, TimeSpan latency) => new(null, FailureKind.None, status, latency);

    public static ProbeResult Down(FailureReason reason, FailureKind kind, int? status = null, TimeSpan? latency = null) =>
        new(reason, kind, status, latency);
}
