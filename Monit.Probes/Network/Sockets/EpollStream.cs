using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Monit.Probes.Network.Sockets;

/// <summary>
/// A TCP connection of a check, watched by <see cref="Epoll"/>. One read and one write at a time. With <c>inline</c>,
/// continuations of reads run on the thread of <see cref="Epoll"/> and must neither block nor take long.
/// </summary>
/// <exception cref="IOException">A read or write failed; its inner exception is a <see cref="SocketException"/>.</exception>
internal sealed class EpollStream : Stream, IValueTaskSource<int>
{
    private const int InProgress = 115;

    private readonly Lock _lock = new();
    private readonly Socket _socket;
    private readonly bool _inline;
    private readonly int _number;
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _buffer;
    private CancellationToken _ct;
    private CancellationTokenRegistration _cancelling;
    private TaskCompletionSource? _writable;
    private bool _reading;
    private bool _readable;
    private bool _ended;
    private bool _disposed;

    private EpollStream(Socket socket, bool inline)
    {
        (_socket, _inline, _number) = (socket, inline, (int)socket.Handle);
        _read.RunContinuationsAsynchronously = !inline;
    }

    /// <summary>Distinguishes it from streams whose socket has, or had, the same file descriptor.</summary>
    public int Serial { get; set; }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="SocketException">The connection failed.</exception>
    public static async ValueTask<EpollStream> ConnectAsync(IPEndPoint target, bool inline, CancellationToken ct)
    {
        var socket = FileReserve.Open(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var stream = new EpollStream(socket, inline);
        try
        {
            (socket.NoDelay, socket.Blocking) = (true, false);
            var error = Epoll.Connect(socket.Handle, target.Serialize());
            if (error is not (0 or InProgress))
                throw new SocketException((int)ErrorOf(error));
            var connected = error == 0 ? null : stream.WhenWritable();
            Epoll.Watch(stream._number, stream);
            if (connected is not null)
            {
                await connected.WaitAsync(ct);
                if ((SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! is var failed and not SocketError.Success)
                    throw new SocketException((int)failed);
            }
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_readable && TryReceive(buffer, out var received, out var failure))
                return failure is null ? new ValueTask<int>(received) : ValueTask.FromException<int>(failure);
            _read.Reset();
            (_reading, _buffer, _ct) = (true, buffer, ct);
            _cancelling = ct.UnsafeRegister(static (stream, ct) => ((EpollStream)stream!).Cancel(ct), this);
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
    {
        var sent = Send(buffer.Span);
        return sent == buffer.Length ? ValueTask.CompletedTask : WriteRestAsync(buffer[sent..], ct);
    }

    /// <summary>Handles the socket's events; called by <see cref="Epoll"/>.</summary>
    public void OnReady(int events)
    {
        int received;
        Exception? failure;
        // Outside the lock, since the continuation may run here.
        if (_writable is not null && (events & (EpollSet.Out | EpollSet.End)) != 0)
            Interlocked.Exchange(ref _writable, null)?.TrySetResult();
        lock (_lock)
        {
            _ended |= (events & EpollSet.End) != 0;
            _readable |= _ended || (events & EpollSet.In) != 0;
            if (!_reading || !_readable || !TryReceive(_buffer, out received, out failure))
                return;
            EndRead();
        }
        if (failure is null)
            _read.SetResult(received);
        else
            _read.SetException(failure);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        bool reading;
        lock (_lock)
        {
            if (_disposed)
                return;
            (_disposed, reading) = (true, _reading);
            EndRead();
        }
        Epoll.Unwatch(_number);
        _socket.Dispose();
        if (reading)
            _read.SetException(new ObjectDisposedException(nameof(EpollStream)));
    }

    private void Cancel(CancellationToken ct)
    {
        lock (_lock)
        {
            // The callback may run late, when another read is pending.
            if (!_reading || _ct != ct)
                return;
            EndRead();
        }
        _read.SetException(new OperationCanceledException(ct));
    }

    private void EndRead()
    {
        _cancelling.Unregister();
        (_reading, _buffer, _ct, _cancelling) = (false, default, default, default);
    }

    private bool TryReceive(Memory<byte> buffer, out int received, out Exception? failure)
    {
        (received, failure) = (0, null);
        // A zero-byte read only waits for data.
        if (buffer.IsEmpty)
            return true;
        received = _socket.Receive(buffer.Span, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return _readable = false;
        if (error != SocketError.Success)
            failure = Failure(error);
        else if (received < buffer.Length)
            // A short read has emptied the socket's buffer (epoll(7), question 9), unless the end of the stream follows.
            _readable = _ended;
        return true;
    }

    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> rest, CancellationToken ct)
    {
        while (!rest.IsEmpty)
        {
            var writable = WhenWritable();
            var sent = Send(rest.Span);
            if (sent == 0)
                await writable.WaitAsync(ct);
            rest = rest[sent..];
        }
    }

    private int Send(ReadOnlySpan<byte> bytes)
    {
        var sent = _socket.Send(bytes, SocketFlags.None, out var error);
        return error is SocketError.Success or SocketError.WouldBlock ? sent : throw Failure(error);
    }

    // Must be called before the attempt to send, so that no edge in between is missed.
    private Task WhenWritable()
    {
        var writable = new TaskCompletionSource(_inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _writable, writable);
        return writable.Task;
    }

    private static IOException Failure(SocketError error) => new("The connection failed.", new SocketException((int)error));

    // errno of connect(2); what is not here is no different from any other failure.
    private static SocketError ErrorOf(int error) => error switch
    {
        11 or 12 or 105 => SocketError.NoBufferSpaceAvailable,
        23 or 24 => SocketError.TooManyOpenSockets,
        99 => SocketError.AddressNotAvailable,
        101 => SocketError.NetworkUnreachable,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);
    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    public override void Flush() { }
    public override Task FlushAsync(CancellationToken ct) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
