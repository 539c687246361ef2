using System.Net;
using System.Runtime.InteropServices;
using Monit.Core.Checks;

namespace Monit.Probes.Network.Sockets;

/// <summary>
/// One thread that waits for the sockets of all checks (Linux, epoll(7), edge-triggered). It reads the data and runs the
/// check's continuation itself, which saves waking another thread.
/// </summary>
internal static class Epoll
{
    private static readonly Lock Sync = new();
    // Indexed by file descriptor.
    private static volatile EpollStream?[] _streams = new EpollStream?[1024];
    private static int _serial;
    // Null until the first socket: were it made with the class, one lack of files at that moment would be for ever.
    private static EpollSet? _sockets;

    /// <summary>Calls <see cref="EpollStream.OnReady"/> with the socket's current state, and then at each change.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The system lacks what that takes.</exception>
    /// <exception cref="OutOfMemoryException">Or it has no thread.</exception>
    public static void Watch(int socket, EpollStream stream)
    {
        EpollSet sockets;
        lock (Sync)
        {
            sockets = _sockets ??= Start();
            var streams = _streams;
            if (socket >= streams.Length)
                Array.Resize(ref streams, Math.Max(socket + 1, streams.Length * 2));
            stream.Serial = ++_serial;
            streams[socket] = stream;
            _streams = streams;
        }
        sockets.Add(socket, EpollSet.In | EpollSet.Out | EpollSet.PeerClosed | EpollSet.EdgeTriggered, stream.Serial);
    }

    /// <summary>Must be called before the socket is closed: the system may reuse its file descriptor at once.</summary>
    public static void Unwatch(int socket)
    {
        lock (Sync)
            if (socket < _streams.Length)
                _streams[socket] = null;
    }

    /// <summary>Starts to connect a non-blocking socket. Returns 0 if it is connected, else errno (EINPROGRESS: not yet).</summary>
    public static int Connect(nint socket, SocketAddress address) =>
        connect(socket, ref MemoryMarshal.GetReference(address.Buffer.Span), address.Size) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static EpollSet Start()
    {
        var sockets = new EpollSet();
        try
        {
            new Thread(() => Run(sockets)) { IsBackground = true, Name = "Monit sockets" }.UnsafeStart();
            return sockets;
        }
        catch
        {
            sockets.Close();
            throw;
        }
    }

    private static void Run(EpollSet sockets)
    {
        SocketThread.Mark();
        while (true)
        {
            var count = sockets.Wait();
            for (var i = 0; i < count; i++)
            {
                var (socket, events, serial) = sockets[i];
                // Ignores events of a socket that has been closed since, even if another one has its file descriptor now.
                if (_streams[socket] is { } stream && stream.Serial == serial)
                    stream.OnReady(events);
            }
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int connect(nint socket, ref byte address, int length);
}
