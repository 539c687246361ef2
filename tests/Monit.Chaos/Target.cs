using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Monit.Chaos;

/// <summary>The server that is checked. It records every request, and its responses can be controlled.</summary>
internal sealed class Target(Requests requests) : IDisposable
{
    private static readonly byte[] Up = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    private static readonly byte[] Down = Encoding.ASCII.GetBytes("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    private Socket? _listener;

    public int Port { get; private set; }

    /// <summary>Whether a monitor gets a success.</summary>
    public Func<int, bool> IsUp { get; set; } = _ => true;

    /// <summary>Whether a monitor never gets a response.</summary>
    public Func<int, bool> IsSilent { get; set; } = _ => false;

    /// <summary>The delay of a response; infinite: no response.</summary>
    public TimeSpan Delay { get; set; }

    public void Open()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen(4096);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync(_listener);
    }

    public void Close() => _listener?.Dispose();

    public void Dispose() => Close();

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var socket = client;
        try
        {
            var buffer = new byte[1024];
            // GET /123 HTTP/1.1
            var read = await socket.ReceiveAsync(buffer);
            if (read < 5)
                return;
            var path = Encoding.ASCII.GetString(buffer, 5, read - 5).Split(' ')[0];
            var (monitor, now) = (int.Parse(path, System.Globalization.CultureInfo.InvariantCulture), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var (up, delay) = (IsUp(monitor), IsSilent(monitor) ? Timeout.InfiniteTimeSpan : Delay);
            var request = requests.Add(monitor, now, up && delay >= TimeSpan.Zero);
            if (delay == Timeout.InfiniteTimeSpan)
                await socket.ReceiveAsync(buffer);
            if (delay > TimeSpan.Zero)
                await Task.Delay(delay, TimeProvider.System);
            if (delay < TimeSpan.Zero)
                return;
            request.IsGone = socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
            await socket.SendAsync(up ? Up : Down);
        }
        catch (Exception failure) when (failure is SocketException or FormatException)
        {
            // The client has gone.
        }
    }
}
