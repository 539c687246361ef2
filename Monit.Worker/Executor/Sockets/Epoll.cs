using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;

namespace Monit.Worker.Executor.Sockets;

/// <summary>
/// One thread that waits for the sockets of all checks (Linux, epoll(7), edge-triggered). It reads what has arrived and goes
/// on with the check right there: no other thread has to be woken for it.
/// </summary>
internal static class Epoll
{
    public const int In = 0x1;
    public const int Out = 0x4;
    /// <summary>EPOLLERR, EPOLLHUP or EPOLLRDHUP: there is an end to be read, or an error.</summary>
    public const int End = 0x8 | 0x10 | PeerClosed;

    private const int Add = 1;
    private const int CloseOnExec = 0x80000;
    private const int EdgeTriggered = 1 << 31;
    private const int PeerClosed = 0x2000;
    private const int MaxEvents = 1024;
    private const int Interrupted = 4;

    // struct epoll_event in words: the events, and the file descriptor and serial number as its data; packed on x86-64 only.
    private static readonly int Words = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;

    private static readonly Lock Sync = new();
    // By the number of their sockets.
    private static volatile EpollStream?[] _streams = new EpollStream?[1024];
    private static int _serial;
    private static readonly int Handle = Start();

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
        var watched = new int[4];
        (watched[0], watched[Words - 2], watched[Words - 1]) = (In | Out | PeerClosed | EdgeTriggered, socket, stream.Serial);
        if (epoll_ctl(Handle, Add, socket, watched) < 0)
            throw new Win32Exception();
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

    private static int Start()
    {
        var handle = epoll_create1(CloseOnExec);
        if (handle < 0)
            throw new Win32Exception();
        new Thread(() => Run(handle)) { IsBackground = true, Name = "Monit sockets" }.UnsafeStart();
        return handle;
    }

    private static void Run(int handle)
    {
        var events = new int[MaxEvents * Words];
        while (true)
        {
            var count = epoll_wait(handle, events, MaxEvents, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
                throw new Win32Exception();
            for (var at = 0; at < count * Words; at += Words)
            {
                // A socket closed since, or another one with its number, is not meant.
                if (_streams[events[at + Words - 2]] is { } stream && stream.Serial == events[at + Words - 1])
                    stream.OnReady(events[at]);
            }
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int socket, int[] watched);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, int[] events, int count, int timeout);

    [DllImport("libc", SetLastError = true)]
    private static extern int connect(nint socket, ref byte address, int length);
}
