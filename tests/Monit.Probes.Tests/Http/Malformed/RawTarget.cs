using System.Net;
using System.Net.Sockets;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>
/// A server on a raw socket. It responds to <c>GET /</c> and to a TLS ClientHello with <see cref="Answer"/>, and to all
/// other paths, which only redirects lead to, with a valid 200.
/// </summary>
internal sealed class RawTarget : IAsyncDisposable
{
    private static readonly RawAnswer Next = new(RawAnswer.Wire("HTTP/1.1 200 OK|Content-Length: 2||ok"));
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public RawTarget()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }
    public RawAnswer Answer { get; set; } = Next;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        socket.NoDelay = true;
        var buffer = new byte[16 * 1024];
        try
        {
            while (await ReadAsync(socket, buffer) is { Length: > 0 } request)
            {
                var answer = request.Span[0] == 'G' && !request.Span.StartsWith("GET / "u8) ? Next : Answer;
                await SendAsync(socket, answer.At(Port));
                if (answer.End is RawEnd.Close or RawEnd.Reset)
                    return;
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has disconnected, or the test is over.
        }
    }

    // Reads until the end of a request's head, a ClientHello, or the end of the stream.
    private async Task<Memory<byte>> ReadAsync(Socket socket, byte[] buffer)
    {
        for (var length = 0; length < buffer.Length;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
            if (read == 0)
                break;
            length += read;
            if (buffer[0] != 'G' || buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                return buffer.AsMemory(0, length);
        }
        return default;
    }

    private async Task SendAsync(Socket socket, RawAnswer answer)
    {
        var step = answer.Step > 0 ? answer.Step : Math.Max(answer.Bytes.Length, 1);
        for (var at = 0; at < answer.Bytes.Length; at += step)
        {
            await SendAllAsync(socket, answer.Bytes.AsMemory(at, Math.Min(step, answer.Bytes.Length - at)));
            if (answer.Pause > TimeSpan.Zero)
                await Task.Delay(answer.Pause, TimeProvider.System, _stop.Token);
        }
        while (answer.End == RawEnd.Repeat)
        {
            await SendAllAsync(socket, answer.Repeat!);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, _stop.Token);
        }
        if (answer.End is RawEnd.HalfClose or RawEnd.Close)
            socket.Shutdown(SocketShutdown.Send);
        if (answer.End == RawEnd.Reset)
            socket.LingerState = new LingerOption(true, 0);
    }

    private async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, _stop.Token)..];
    }
}
