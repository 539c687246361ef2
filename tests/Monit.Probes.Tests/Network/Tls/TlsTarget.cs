using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>A web server over TLS that sends exactly the certificates it is given, and records what clients begin with.</summary>
internal sealed class TlsTarget : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly SslStreamCertificateContext _certificate;
    private readonly Task _accepting;

    public TlsTarget(X509Certificate2 certificate, params X509Certificate2[] intermediates)
    {
        _certificate = SslStreamCertificateContext.Create(certificate, [.. intermediates], offline: true);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What it speaks; a client that agrees to none of them gets no answer. Null: it does not ask.</summary>
    public SslApplicationProtocol? Protocol { get; init; }

    /// <summary>The first bytes of each connection, which contain the ClientHello.</summary>
    public List<byte[]> Hellos { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped; a listener that is stopped between two accepts says that it was never started.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            var hello = new byte[4096];
            var length = await socket.ReceiveAsync(hello, SocketFlags.Peek, _stop.Token);
            lock (Hellos)
                Hellos.Add(hello[..length]);
            await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _certificate,
                ApplicationProtocols = Protocol is { } only ? [only] : null,
            }, _stop.Token);
            if (Protocol is { } asked && stream.NegotiatedApplicationProtocol != asked)
                return;
            await stream.ReadAtLeastAsync(hello, 1, throwOnEndOfStream: false, _stop.Token);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray(), _stop.Token);
        }
        catch (Exception end) when (end is IOException or AuthenticationException or OperationCanceledException or SocketException)
        {
            // The client went, or the test is over.
        }
    }
}
