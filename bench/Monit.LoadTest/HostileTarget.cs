using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Monit.LoadTest;

/// <summary>The server that hostile monitors are aimed at. Cheap, since it shares the machine, except for its bombs.</summary>
internal sealed class HostileTarget(string kind, int port)
{
    // About as much as a server may send there.
    private const int Extension = 16 * 1024 - 16;
    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Chunks = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"1;{new string('x', Extension)}\r\nx\r\n", 4)));
    private static readonly byte[] Plain = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
    private int _path;

    public Task RunAsync()
    {
        var serving = Enumerable.Range(0, 8).Select(AcceptAsync);
        return Task.WhenAll(Hostility.HasNames(kind) ? serving.Append(new NameServer(kind == Hostility.SilentDns).RunAsync()) : serving);
    }

    private async Task AcceptAsync(int index)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(Hostility.Address(index)), port));
        listener.Listen(4096);
        while (true)
            _ = ServeAsync(await listener.AcceptAsync());
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using (socket)
                await AnswerAsync(socket);
        }
        catch (SocketException)
        {
            // The client has disconnected.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        socket.NoDelay = true;
        var buffer = new byte[1024];
        var read = await socket.ReceiveAsync(buffer);
        switch (kind)
        {
            case Hostility.DripHead:
                await DripAsync(socket, "HTTP/1.1 200 OK\r\nX-Endless: ");
                break;
            case Hostility.DripBody:
                await DripAsync(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                break;
            case Hostility.Bomb when IsEven(buffer.AsSpan(0, read)):
                await FloodAsync(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Chunks);
                break;
            case Hostility.Bomb:
                await FloodAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", Plain);
                break;
            case Hostility.Redirects:
                await Task.Delay(Pause, TimeProvider.System);
                await SendAsync(socket, $"HTTP/1.1 302 Found\r\nLocation: /{Interlocked.Increment(ref _path)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                break;
            default:
                while (await socket.ReceiveAsync(buffer) > 0)
                {
                    // Silence.
                }
                break;
        }
    }

    // Whether the path ends in an even digit: GET /12 HTTP/1.1
    private static bool IsEven(ReadOnlySpan<byte> request) => request[5..].IndexOf((byte)' ') is > 0 and var end && request[4 + end] % 2 == 0;

    private static async Task DripAsync(Socket socket, string head)
    {
        await SendAsync(socket, head);
        while (true)
        {
            await Task.Delay(Drip, TimeProvider.System);
            await SendAsync(socket, "x");
        }
    }

    private static async Task FloodAsync(Socket socket, string head, byte[] body)
    {
        await SendAsync(socket, head);
        while (true)
        {
            await socket.SendAsync(body);
            // Not on the thread that serves the sockets.
            await Task.Yield();
        }
    }

    private static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));
}
