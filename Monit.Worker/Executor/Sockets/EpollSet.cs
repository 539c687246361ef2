using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Monit.Worker.Executor.Sockets;

/// <summary>Sockets that are waited for together (Linux, epoll(7)). Any thread adds, one waits.</summary>
/// <exception cref="Win32Exception">The kernel refuses.</exception>
internal sealed class EpollSet
{
    public const int In = 0x1;
    public const int Out = 0x4;
    public const int PeerClosed = 0x2000;
    /// <summary>EPOLLERR, EPOLLHUP or EPOLLRDHUP: there is an end to be read, or an error.</summary>
    public const int End = 0x8 | 0x10 | PeerClosed;
    public const int EdgeTriggered = 1 << 31;

    private const int AddSocket = 1;
    private const int CloseOnExec = 0x80000;
    private const int MaxEvents = 1024;
    private const int Interrupted = 4;

    // struct epoll_event in words: the events, and the file descriptor and a serial number as its data; packed on x86-64 only.
    private static readonly int Words = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;

    private readonly int _handle = epoll_create1(CloseOnExec);
    private readonly int[] _events = new int[MaxEvents * Words];

    public EpollSet()
    {
        if (_handle < 0)
            throw new Win32Exception();
    }

    public void Add(int socket, int events, int serial)
    {
        var watched = new int[4];
        (watched[0], watched[Words - 2], watched[Words - 1]) = (events, socket, serial);
        if (epoll_ctl(_handle, AddSocket, socket, watched) < 0)
            throw new Win32Exception();
    }

    /// <summary>Waits for as long as nothing happens; how many sockets there is something to tell of, 0 after a signal.</summary>
    public int Wait()
    {
        var count = epoll_wait(_handle, _events, MaxEvents, -1);
        if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            throw new Win32Exception();
        return Math.Max(0, count);
    }

    /// <summary>What the last <see cref="Wait"/> has to tell.</summary>
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

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, int[] events, int count, int timeout);
}
