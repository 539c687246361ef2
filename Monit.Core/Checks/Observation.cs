using Monit.Core.Checks.Answers;

namespace Monit.Core.Checks;

/// <summary>
/// What a probe saw, not judged. It goes through the result channel as it is: whether it means up or down is for
/// <c>Judge</c>, on the thread pool, since the thread that a probe ends on may be the one that serves the sockets of all
/// checks (<see cref="SocketThread"/>). Copied with every check, so it stays small; what few checks need (headers, body) is
/// behind one reference.
/// </summary>
/// <param name="Failure">Null if there was an answer.</param>
/// <param name="HttpStatus">Null if there was no response, or none of HTTP.</param>
/// <param name="Total">From before the name is resolved to the end.</param>
public readonly record struct Observation(Failure? Failure, int? HttpStatus, TimeSpan Total, Phases Phases)
{
    /// <summary>Who answered, or was asked; null if nobody was reached or tried.</summary>
    public Peer? Peer { get; init; }

    /// <summary>Null unless it was asked for, or the monitor's assertions need it.</summary>
    public Answer? Answer { get; init; }

    /// <summary>How long the answer took; null if there was none.</summary>
    public TimeSpan? Latency => Failure is null || HttpStatus is not null ? Total : null;
}
