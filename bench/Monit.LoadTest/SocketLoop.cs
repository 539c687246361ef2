using System.Net.Sockets;
using Monit.Probes.Network.Sockets;

namespace Monit.LoadTest;

/// <summary>
/// One thread that serves all connections (Linux epoll, level-triggered), with two system calls per request. Requests and
/// responses are small enough for a single read or write.
/// </summary>
internal sealed class SocketLoop(IReadOnlyList<Socket> listeners, SocketLoop.Serve serve)
{
    /// <summary>The response to a request of more than five bytes (null: none), and whether the connection stays open.</summary>
    public delegate (byte[]? Answer, bool Stays) Serve(ReadOnlySpan<byte> request, bool isFirst);

    private readonly EpollSet _sockets = new();
    private readonly byte[] _buffer = new byte[1024];
    // Indexed by file descriptor.
    private Connection?[] _connections = new Connection?[1024];

    private sealed class Connection(Socket socket, bool isListener)
    {
        public Socket Socket => socket;
        public bool IsListener => isListener;
        public bool HasAsked { get; set; }
    }

    public void Run()
    {
        foreach (var listener in listeners)
            Watch(listener, isListener: true);
        while (true)
        {
            var count = _sockets.Wait();
            for (var i = 0; i < count; i++)
            {
                var number = _sockets[i].Socket;
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
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionAborted or SocketError.ConnectionReset)
        {
            // The client has disconnected.
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
        _sockets.Add(number, EpollSet.In, serial: 0);
    }
}
