using System.Net;
using System.Runtime.InteropServices;

namespace Monit.Worker.Executor.Sockets;

/// <summary>
/// One thread that waits for the sockets of all checks (Linux, epoll(7), edge-triggered). It reads what has arrived and goes
/// on with the check right there: no other thread has to be woken for it.
/// </summary>
internal static class Epoll
{
    private static readonly Lock Sync = new();
    // By the number of their sockets.
    private static volatile EpollStream?[] _streams = new EpollStream?[1024];
    private static int _serial;
    private static readonly EpollSet Sockets = Start();

    /// <summary>From now on <see cref="EpollStream.OnReady"/> is told what becomes of the socket, beginning with how it is.</summary>
    public static void Watch(int socket, EpollStream stream)
    {
        lock (Sync)
        {
            var streams = _streams;
            if (socket >= streams.Length)
                Array.Resize(ref streams, Math.Max(socket + 1, streams.Length * 2));
            stream.Serial = ++_serial;
            streams[socket] = stream;
            _streams = streams;
        }
        Sockets.Add(socket, EpollSet.In | EpollSet.Out | EpollSet.PeerClosed | EpollSet.EdgeTriggered, stream.Serial);
    }

    /// <summary>To be called before the socket is closed, when its number may come again.</summary>
    public static void Forget(int socket)
    {
        lock (Sync)
            if (socket < _streams.Length)
                _streams[socket] = null;
    }

    /// <summary>Begins to connect a socket that does not block; 0 when it is connected, or the error (EINPROGRESS: not yet).</summary>
    public static int Connect(nint socket, SocketAddress address) =>
        connect(socket, ref MemoryMarshal.GetReference(address.Buffer.Span), address.Size) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static EpollSet Start()
    {
        var sockets = new EpollSet();
        new Thread(() => Run(sockets)) { IsBackground = true, Name = "Monit sockets" }.UnsafeStart();
        return sockets;
    }

    private static void Run(EpollSet sockets)
    {
        while (true)
        {
            var count = sockets.Wait();
            for (var i = 0; i < count; i++)
            {
                var (socket, events, serial) = sockets[i];
                // A socket closed since, or another one with its number, is not meant.
                if (_streams[socket] is { } stream && stream.Serial == serial)
                    stream.OnReady(events);
            }
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int connect(nint socket, ref byte address, int length);
}
