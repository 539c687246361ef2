using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Monit.Probes.Network.Sockets;

/// <summary>An epoll instance (Linux, epoll(7)). Any thread may add sockets; only one may wait.</summary>
/// <exception cref="Win32Exception">A system call failed.</exception>
internal sealed class EpollSet
{
    public const int In = 0x1;
    public const int Out = 0x4;
    public const int PeerClosed = 0x2000;
    /// <summary>EPOLLERR, EPOLLHUP or EPOLLRDHUP: the end of the stream or an error can be read.</summary>
    public const int End = 0x8 | 0x10 | PeerClosed;
    public const int EdgeTriggered = 1 << 31;

    private const int AddSocket = 1;
    private const int CloseOnExec = 0x80000;
    private const int MaxEvents = 1024;
    private const int Interrupted = 4;

    // struct epoll_event in 32-bit words: the events, then file descriptor and serial number as its data. Packed on x86-64 only.
    private static readonly int Words = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;

    private readonly int _handle = epoll_create1(CloseOnExec);
    private readonly int[] _events = new int[MaxEvents * Words];

    public EpollSet()
    {
        if (_handle < 0)
            throw new Win32Exception();
    }

    /// <summary>Must not be called while a thread waits.</summary>
    public void Close() => _ = close(_handle);

    public void Add(int socket, int events, int serial)
    {
        var watched = new int[4];
        (watched[0], watched[Words - 2], watched[Words - 1]) = (events, socket, serial);
        if (epoll_ctl(_handle, AddSocket, socket, watched) < 0)
            throw new Win32Exception();
    }

    /// <summary>Waits, without a time limit, for events. Returns the number of sockets with events, 0 after a signal.</summary>
    public int Wait()
    {
        var count = epoll_wait(_handle, _events, MaxEvents, -1);
        if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            throw new Win32Exception();
        return Math.Max(0, count);
    }

    /// <summary>The events of the last <see cref="Wait"/>.</summary>
    public (int Socket, int Events, int Serial) this[int index]
    {
        get
        {
            var at = index * Words;
            return (_events[at + Words - 2], _events[at], _events[at + Words - 1]);
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int socket, int[] watched);

    [DllImport("libc")]
    private static extern int close(int file);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, int[] events, int count, int timeout);
}
