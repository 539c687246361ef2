using System.Net.Sockets;

namespace Monit.Worker.Executor;

/// <summary>One check's time-out, and the last socket it opened, until its handshake is over: the handler's pool would keep a stalled one alive.</summary>
internal sealed class CheckScope(TimeSpan timeout, TimeProvider time, CancellationToken abort) : IDisposable
{
    private readonly CancellationTokenSource _timeout = new(timeout, time);
    private CancellationTokenSource? _either;
    private Socket? _socket;

    public CancellationToken Token =>
        (_either ??= CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, abort)).Token;

    public bool TimedOut => _timeout.IsCancellationRequested && !abort.IsCancellationRequested;

    public void Opened(Socket socket) => _socket = socket;

    /// <summary>From here on the connection is the handler's, and may serve another check.</summary>
    public void Established() => _socket = null;

    /// <summary>Closes what a check that has failed may have left open.</summary>
    public void Abandon() => _socket?.Dispose();

    public void Dispose()
    {
        _either?.Dispose();
        _timeout.Dispose();
    }
}
