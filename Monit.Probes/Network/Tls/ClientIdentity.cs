using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Network.Tls;

/// <summary>The certificate with which a monitor shows who it is, to servers that ask, with its key and its issuers as far as they are given.</summary>
internal sealed class ClientIdentity : IDisposable
{
    private ClientIdentity(SslStreamCertificateContext context) => Context = context;

    public SslStreamCertificateContext Context { get; }

    /// <exception cref="TlsException">They cannot be read, or do not belong together.</exception>
    public static (ClientIdentity Value, int Size) Read(string certificate, string key)
    {
        if (!Pem.TryRead(certificate, out var certificates, out var problem))
            throw new TlsException($"tls.client_certificate {problem}");
        try
        {
            if (!Pem.TryJoin(certificates[0], key, out var joined, out problem))
                throw new TlsException($"tls.client_key {problem}");
            var issuers = new X509Certificate2Collection();
            issuers.AddRange(certificates.Skip(1).ToArray());
            try
            {
                // Offline: otherwise issuers would be fetched from the URLs in the certificate.
                var identity = new ClientIdentity(SslStreamCertificateContext.Create(joined, issuers, offline: true));
                return (identity, 1 + identity.Context.IntermediateCertificates.Count);
            }
            catch (CryptographicException failure)
            {
                joined.Dispose();
                throw new TlsException("tls.client_certificate cannot be used", failure);
            }
        }
        finally
        {
            foreach (var read in certificates)
                read.Dispose();
        }
    }

    public void Dispose()
    {
        Context.TargetCertificate.Dispose();
        foreach (var issuer in Context.IntermediateCertificates)
            issuer.Dispose();
    }
}
