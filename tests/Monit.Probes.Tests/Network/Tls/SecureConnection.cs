using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network;
using Monit.Probes.Network.Tls;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>Connects as checks do, with settings of a monitor's own; every name is this machine.</summary>
internal sealed class SecureConnection(params X509Certificate2[] roots)
{
    private readonly TargetConnector _connector = new(new TargetGuard(allowPrivate: true), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]))
    {
        Tls = new TlsClient(() => [.. roots], TimeProvider.System),
    };

    /// <summary>Asks for a page, once the server is there.</summary>
    public Task<Seen> AskAsync(int port, TlsSettings? settings, bool offersHttp2 = false, string host = TlsCheck.Host) =>
        Eventually.Get(() => AskOnceAsync(port, settings, offersHttp2, host), seen => seen.Failure?.Reason != FailureReason.NetworkError, "the server answers");

    private async Task<Seen> AskOnceAsync(int port, TlsSettings? settings, bool offersHttp2, string host)
    {
        var ct = TestContext.Current.CancellationToken;
        var clock = new PhaseClock(TimeProvider.System);
        clock.Start();
        try
        {
            var connection = await _connector.OpenAsync(host, port, new ConnectionPlan(IsSecure: true, Tls: settings, OffersHttp2: offersHttp2), inline: false, clock, ct);
            await using var stream = connection.Stream;
            Assert.Same(clock.Peer, connection.Peer);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n"), ct);
            using var reader = new StreamReader(stream);
            return new Seen(null, clock.Peer, await reader.ReadToEndAsync(ct));
        }
        catch (Exception failure) when (FailureClassifier.Classify(failure) is { } cause)
        {
            return new Seen(cause, clock.Peer, "");
        }
    }

    internal sealed record Seen(Failure? Failure, Peer? Peer, string Answer)
    {
        public CertificateChain? Chain => Peer?.Chain;
    }
}
