using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>A server that speaks HTTP/2 without TLS, and answers each request with whatever frames the test wants.</summary>
internal sealed class Http2Target : IAsyncDisposable
{
    public const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Push = 5, Ping = 6, GoAway = 7, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4, Padded = 8;

    /// <summary>The header block <c>:status: 200</c>.</summary>
    public static readonly byte[] Ok = [0x88];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;
    private int _requests;
    private int _open;
    private long _sent;

    public Http2Target()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }
    public string Url => $"http://127.0.0.1:{Port}/";
    public int Connections => Volatile.Read(ref _connections);
    public int Open => Volatile.Read(ref _open);
    /// <summary>How many HEADERS frames have come.</summary>
    public int Requests => Volatile.Read(ref _requests);
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>What to do for a request, given its stream; the connection closes if it returns false.</summary>
    public Func<Http2Target, Stream, int, Task<bool>> Answer { get; set; } = async (target, stream, id) =>
    {
        await target.SendAsync(stream, Headers, EndHeaders, id, Ok);
        await target.SendAsync(stream, Data, EndStream, id, "ok"u8.ToArray());
        return true;
    };

    public async Task SendAsync(Stream stream, byte type, byte flags, int id, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, 9);
        await stream.WriteAsync(frame, _stop.Token);
        Interlocked.Add(ref _sent, frame.Length);
    }

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
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        Interlocked.Increment(ref _open);
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            await stream.ReadExactlyAsync(new byte[24], _stop.Token);
            await SendAsync(stream, Settings, 0, 0, []);
            var head = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(head, _stop.Token);
                await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8], _stop.Token);
                if (head[3] == Settings && head[4] == 0)
                    await SendAsync(stream, Settings, 1, 0, []);
                if (head[3] != Headers)
                    continue;
                Interlocked.Increment(ref _requests);
                if (!await Answer(this, stream, BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5))))
                    return;
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client went, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
