using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Monit.LoadTest;

/// <summary>
/// What is checked: as lean a server as can be, since it shares the machine. It knows every monitor's slots, and so sees
/// lag, missed and doubled checks for itself. <c>/~start</c> begins a window, <c>/~stop</c> ends it and tells.
/// </summary>
internal sealed class Target(LoadOptions options, int port, X509Certificate2? certificate)
{
    private readonly byte[] _up = Answer(200, options);
    private readonly byte[] _down = Answer(500, options);
    private readonly Arrivals _arrivals = new(options.Monitors, TimeSpan.FromSeconds(options.Interval));
    private int _connections;

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, 8).Select(async index =>
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(LoadOptions.Address(index)), port));
        listener.Listen(4096);
        while (true)
            _ = ServeAsync(await listener.AcceptAsync());
    }));

    private static byte[] Answer(int status, LoadOptions options) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status} OK\r\nServer: target\r\nContent-Type: text/plain\r\nContent-Length: {options.Body}\r\n{(options.KeepAlive ? "" : "Connection: close\r\n")}\r\n{new string('x', options.Body)}");

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _connections);
        socket.NoDelay = true;
        try
        {
            await using var stream = await OpenAsync(socket);
            var buffer = new byte[1024];
            do
            {
                var read = await stream.ReadAsync(buffer);
                if (read < 5)
                    return;
                var index = 0;
                // GET /123 HTTP/1.1
                for (var i = 5; i < read && buffer[i] is >= (byte)'0' and <= (byte)'9'; i++)
                    index = index * 10 + buffer[i] - '0';
                if (buffer[5] == '~')
                {
                    await stream.WriteAsync(Control(buffer.AsSpan(5, 6).SequenceEqual("~start"u8)));
                    return;
                }
                var (silent, failing) = (options.IsSilent(index), options.IsFailing(index));
                _arrivals.Add(index, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), !silent && !failing);
                if (silent)
                    await stream.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false);
                else
                    await stream.WriteAsync(failing ? _down : _up);
            }
            while (options.KeepAlive);
        }
        catch (Exception)
        {
            // The client has gone.
        }
    }

    private async ValueTask<Stream> OpenAsync(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (certificate is null)
            return stream;
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(certificate);
        return secure;
    }

    private byte[] Control(bool start)
    {
        var text = "{}";
        if (start)
        {
            _arrivals.Start();
            _connections = 0;
        }
        else
            text = JsonSerializer.Serialize(_arrivals.Read() with { Connections = _connections });
        return Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}");
    }
}
