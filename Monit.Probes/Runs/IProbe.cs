using Monit.Core.Checks;

namespace Monit.Probes.Runs;

/// <summary>
/// Carries out checks of one kind. It yields what it saw and does not judge it: its continuations may run on the thread
/// that serves the sockets of all checks, so it calls nothing that blocks or takes long (<see cref="SocketThread"/>).
/// </summary>
internal interface IProbe
{
    ICheckKind Kind { get; }

    /// <param name="spec">With its secrets.</param>
    /// <param name="withAnswer">
    /// Whether <see cref="Observation.Answer"/> is wanted in any case. Otherwise it is there only if the monitor's assertions need
    /// it, or if the status is not the expected one.
    /// </param>
    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled; there is no observation.</exception>
    /// <exception cref="ExhaustedException">
    /// Monit's own machine or process has run out of something (files, ports, memory, threads); there is no observation, and
    /// nothing is known about the target.
    /// </exception>
    ValueTask<Observation> RunAsync(CheckConfig spec, bool withAnswer, CancellationToken abort);
}
