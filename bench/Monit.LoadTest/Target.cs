using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Monit.LoadTest;

/// <summary>
/// The server that is checked, as cheap as possible, since it shares the machine. It computes every monitor's slots and so
/// measures lag, missed and doubled checks. <c>/~start</c> starts a window, <c>/~stop</c> ends it, returns the result, and writes what
/// came of each monitor to <see cref="Arrivals"/>.
/// </summary>
internal sealed class Target(LoadOptions options, int port, X509Certificate2Collection certificates)
{
    // A larger response may not fit into the socket's buffer at once.
    private const int SmallBody = 4096;

    /// <summary>The file in its folder that has what came in the last window.</summary>
    public const string Arrivals = "arrivals";

    private readonly byte[] _up = Answer(200, options);
    private readonly byte[] _down = Answer(500, options);
    private readonly Arrivals _arrivals = new(options.Monitors, TimeSpan.FromSeconds(options.Interval));
    private readonly SslStreamCertificateContext? _certificate = certificates.FirstOrDefault(certificate => certificate.HasPrivateKey) is { } own
        ? SslStreamCertificateContext.Create(own, certificates, offline: true) : null;
    private int _connections;

    public Task RunAsync()
    {
        var listeners = Enumerable.Range(0, 8).Select(index =>
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Parse(LoadOptions.Address(index)), port));
            listener.Listen(4096);
            return listener;
        }).ToList();
        return _certificate is null && options.Body <= SmallBody
            ? Task.Factory.StartNew(() => new SocketLoop(listeners, Serve).Run(), TaskCreationOptions.LongRunning)
            : Task.WhenAll(listeners.Select(AcceptAsync));
    }

    private static byte[] Answer(int status, LoadOptions options) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status} OK\r\nServer: target\r\nContent-Type: text/plain\r\nContent-Length: {options.Body}\r\n{(options.KeepAlive ? "" : "Connection: close\r\n")}\r\n{new string('x', options.Body)}");

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
            _ = ServeAsync(await listener.AcceptAsync());
    }

    // Returns the response (null: none), and whether the connection stays open.
    private (byte[]? Answer, bool Stays) Serve(ReadOnlySpan<byte> request, bool isFirst)
    {
        if (isFirst)
            Interlocked.Increment(ref _connections);
        // GET /123 HTTP/1.1
        if (request[5] == '~')
            return (Control(request[5..].StartsWith("~start"u8)), false);
        var index = 0;
        for (var i = 5; i < request.Length && request[i] is >= (byte)'0' and <= (byte)'9'; i++)
            index = index * 10 + request[i] - '0';
        var (silent, failing) = (options.IsSilent(index), options.IsFailing(index));
        _arrivals.Add(index, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), !silent && !failing);
        return (silent ? null : failing ? _down : _up, silent || options.KeepAlive);
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        try
        {
            await using var stream = await OpenAsync(socket);
            var buffer = new byte[1024];
            var (isFirst, stays) = (true, true);
            while (stays && await stream.ReadAsync(buffer) is > 5 and var read)
            {
                (var answer, stays) = Serve(buffer.AsSpan(0, read), isFirst);
                isFirst = false;
                if (answer is not null)
                    await stream.WriteAsync(answer);
            }
        }
        catch (Exception)
        {
            // The client has disconnected.
        }
    }

    private async ValueTask<Stream> OpenAsync(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (_certificate is null)
            return stream;
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate });
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
        {
            _arrivals.Write(Arrivals);
            text = JsonSerializer.Serialize(_arrivals.Read() with { Connections = _connections });
        }
        return Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}");
    }
}
