using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Network.Tls;

/// <summary>
/// Performs handshakes, with as much suspicion as a client that was never there before, and without asking anybody else:
/// no issuer, revocation list or OCSP responder is fetched, since a certificate can name any URL for these.
/// </summary>
/// <param name="roots">Reads the certificates that are trusted.</param>
internal sealed class TlsClient(Func<X509Certificate2Collection> roots, TimeProvider time)
{
    // What both engines speak.
    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http11];

    private readonly LearnedTrust _trust = new(roots, time);

    /// <summary>Performs a handshake, and owns the stream.</summary>
    /// <exception cref="TlsException">The handshake failed, or the certificate is refused.</exception>
    public async ValueTask<SslStream> SecureAsync(Stream stream, string host, CancellationToken ct)
    {
        var secure = new SslStream(stream);
        var certificate = new ServerCertificate(_trust, time);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ApplicationProtocols = Protocols,
                // A resumed session has the certificate of the time when it began.
                AllowTlsResume = false,
                CertificateChainPolicy = _trust.Learned,
                RemoteCertificateValidationCallback = certificate.Accepts,
            }, ct);
            return secure.NegotiatedApplicationProtocol is { Protocol.IsEmpty: false } chosen && chosen != SslApplicationProtocol.Http11
                ? throw new TlsException(CertificateText.WrongProtocol) : secure;
        }
        catch (Exception failure)
        {
            await secure.DisposeAsync();
            // What else there may be is no fault of the target.
            if (failure is not TlsException and (AuthenticationException or IOException))
                throw new TlsException(CertificateText.Clean(certificate.Complaint ?? CertificateText.Handshake(failure), CertificateText.MaxLength), failure);
            throw;
        }
    }
}
