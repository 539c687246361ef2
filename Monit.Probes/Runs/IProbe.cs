using Monit.Core.Checks;

namespace Monit.Probes.Runs;

/// <summary>
/// Carries out checks of one kind. It yields what it saw and does not judge it: its continuations may run on the thread
/// that serves the sockets of all checks, so it calls nothing that blocks or takes long (<see cref="SocketThread"/>).
/// </summary>
internal interface IProbe
{
    ICheckKind Kind { get; }

    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled; there is no observation.</exception>
    ValueTask<Observation> RunAsync(CheckConfig spec, CancellationToken abort);
}
