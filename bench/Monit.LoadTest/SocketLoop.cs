using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Monit.LoadTest;

/// <summary>
/// One thread that serves all connections (Linux, epoll(7), level-triggered): two system calls a request, since it reads only what is there.
/// Requests and answers are small enough to come and go at once.
/// </summary>
internal sealed class SocketLoop(IReadOnlyList<Socket> listeners, SocketLoop.Serve serve)
{
    /// <summary>What to answer to a request of more than five bytes, null for never, and whether the connection stays.</summary>
    public delegate (byte[]? Answer, bool Stays) Serve(ReadOnlySpan<byte> request, bool isFirst);

    private const int In = 0x1;
    private const int Add = 1;
    private const int CloseOnExec = 0x80000;
    private const int MaxEvents = 1024;
    private const int Interrupted = 4;

    // struct epoll_event in words: the events and the file descriptor; packed on x86-64 only.
    private static readonly int Words = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;

    private readonly int _handle = epoll_create1(CloseOnExec);
    private readonly byte[] _buffer = new byte[1024];
    private readonly int[] _watched = new int[4];
    // By the number of their sockets.
    private Connection?[] _connections = new Connection?[1024];

    private sealed record Connection(Socket Socket, bool IsListener)
    {
        public bool HasAsked { get; set; }
    }

    public void Run()
    {
        foreach (var listener in listeners)
            Watch(listener, isListener: true);
        var events = new int[MaxEvents * Words];
        while (true)
        {
            var count = epoll_wait(_handle, events, MaxEvents, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
                throw new Win32Exception();
            for (var at = 0; at < count * Words; at += Words)
            {
                var number = events[at + Words - 2];
                var connection = _connections[number]!;
                if (connection.IsListener)
                    Accept(connection.Socket);
                else if (!Answer(connection))
                {
                    _connections[number] = null;
                    connection.Socket.Dispose();
                }
            }
        }
    }

    private void Accept(Socket listener)
    {
        try
        {
            var socket = listener.Accept();
            socket.NoDelay = true;
            Watch(socket, isListener: false);
        }
        catch (SocketException)
        {
            // The client has gone.
        }
    }

    private bool Answer(Connection connection)
    {
        var read = connection.Socket.Receive(_buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return true;
        if (error != SocketError.Success || read <= 5)
            return false;
        var (answer, stays) = serve(_buffer.AsSpan(0, read), !connection.HasAsked);
        connection.HasAsked = true;
        return answer is null ? stays : connection.Socket.Send(answer, SocketFlags.None, out _) == answer.Length && stays;
    }

    private void Watch(Socket socket, bool isListener)
    {
        socket.Blocking = false;
        var number = (int)socket.Handle;
        if (number >= _connections.Length)
            Array.Resize(ref _connections, Math.Max(number + 1, _connections.Length * 2));
        _connections[number] = new Connection(socket, isListener);
        (_watched[0], _watched[Words - 2]) = (In, number);
        if (epoll_ctl(_handle, Add, number, _watched) < 0)
            throw new Win32Exception();
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int socket, int[] watched);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, int[] events, int count, int timeout);
}
