using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Network.Tls;

/// <summary>
/// Performs handshakes, with as much suspicion as a client that was never there before, and without asking anybody else:
/// no issuer, revocation list or OCSP responder is fetched, since a certificate can name any URL for these.
/// </summary>
/// <param name="roots">Reads the certificates that are trusted.</param>
internal sealed class TlsClient(Func<X509Certificate2Collection> roots, TimeProvider time)
{
    /// <summary>The most certificates of monitors that are kept ready, of each sort (some 10 KB each): thousands of monitors have their own.</summary>
    private const int MaxKept = 4096;

    private static readonly List<SslApplicationProtocol> Http1 = [SslApplicationProtocol.Http11];
    private static readonly List<SslApplicationProtocol> Http2OrHttp1 = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly LearnedTrust _trust = new(roots, time);
    private readonly Kept<OwnTrust> _own = new(MaxKept);
    private readonly Kept<ClientIdentity> _identities = new(MaxKept);

    /// <summary>Performs a handshake as usual: what is wrong with the certificate is refused.</summary>
    /// <inheritdoc cref="SecureAsync(Stream, string, TlsSettings?, bool, Action{CertificateChain}, CancellationToken)"/>
    public ValueTask<SslStream> SecureAsync(Stream stream, string host, CancellationToken ct) => SecureAsync(stream, host, null, false, static _ => { }, ct);

    /// <summary>Performs a handshake, and owns the stream.</summary>
    /// <param name="offersHttp2">Whether ALPN offers <c>h2</c> before <c>http/1.1</c>.</param>
    /// <param name="seen">Gets the chain of certificates, if there was one, also when the handshake fails.</param>
    /// <exception cref="TlsException">The handshake failed, the certificate is refused, or the settings cannot be used.</exception>
    public async ValueTask<SslStream> SecureAsync(
        Stream stream, string host, TlsSettings? settings, bool offersHttp2, Action<CertificateChain> seen, CancellationToken ct)
    {
        Kept<OwnTrust>.Lease? own = null;
        Kept<ClientIdentity>.Lease? identity = null;
        SslStream secure;
        try
        {
            own = settings?.Ca is { } ca ? _own.Take(Key(ca, ""), () => OwnTrust.Read(ca)) : null;
            identity = settings is { ClientCertificate: { } certificate, ClientKey: { } key }
                ? _identities.Take(Key(certificate, key), () => ClientIdentity.Read(certificate, key)) : null;
            secure = own is null && identity is null ? new SslStream(stream) : new LeasedStream(stream, own, identity);
        }
        catch
        {
            own?.Dispose();
            identity?.Dispose();
            await stream.DisposeAsync();
            throw;
        }
        var protocols = offersHttp2 ? Http2OrHttp1 : Http1;
        var server = new ServerCertificate(own is null ? _trust : null, settings?.Verify != false, time);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ApplicationProtocols = protocols,
                // A resumed session has the certificate of the time when it began.
                AllowTlsResume = false,
                CertificateChainPolicy = own?.Value.Policy ?? _trust.Learned,
                RemoteCertificateValidationCallback = server.Accepts,
                ClientCertificateContext = identity?.Value.Context,
            }, ct);
            return secure.NegotiatedApplicationProtocol is { Protocol.IsEmpty: false } chosen && !protocols.Contains(chosen)
                ? throw new TlsException(CertificateText.WrongProtocol(offersHttp2)) : secure;
        }
        catch (Exception failure)
        {
            await secure.DisposeAsync();
            // What else there may be is no fault of the target.
            if (failure is not TlsException and (AuthenticationException or IOException))
                throw new TlsException(CertificateText.Clean(server.Refusal ?? CertificateText.Handshake(failure, offersHttp2), CertificateText.MaxLength), failure);
            throw;
        }
        finally
        {
            if (server.Chain is { } chain)
                seen(chain);
        }
    }

    // Not the texts themselves, which are long, and one of them a secret.
    private static string Key(string one, string other)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(one.AsSpan()));
        hash.AppendData([0, 0]);
        hash.AppendData(MemoryMarshal.AsBytes(other.AsSpan()));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
