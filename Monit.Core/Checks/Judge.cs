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
    public static Verdict Of(CheckConfig spec, in Observation seen)
    {
        SocketThread.Refuse();
        if (seen.Failure is { } failure)
            return Verdict.Down(failure.Reason, failure.Kind, seen.HttpStatus, seen.Latency, failure.Detail);
        if (seen.HttpStatus is { } status && status != spec.ExpectedStatus)
            return Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, status, seen.Total);
        return seen.Total > spec.LatencyThreshold
            ? Verdict.Down(FailureReason.LatencyExceeded, FailureKind.Definite, seen.HttpStatus, seen.Total)
            : Verdict.Up(seen.HttpStatus, seen.Total);
    }
}
