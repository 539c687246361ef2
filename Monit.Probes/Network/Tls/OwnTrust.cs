using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Network.Tls;

/// <summary>The certificates that a monitor trusts in place of the system's.</summary>
internal sealed class OwnTrust : IDisposable
{
    private OwnTrust(X509Certificate2Collection certificates) => Policy = TrustPolicy.Of(certificates);

    /// <summary>Never changed: every connection copies it.</summary>
    public X509ChainPolicy Policy { get; }

    /// <exception cref="TlsException">They cannot be read.</exception>
    public static (OwnTrust Value, int Size) Read(string pem) => Pem.TryRead(pem, out var certificates, out var problem)
        ? (new OwnTrust(certificates), certificates.Count) : throw new TlsException($"tls.ca {problem}");

    public void Dispose()
    {
        foreach (var certificate in Policy.CustomTrustStore)
            certificate.Dispose();
    }
}
