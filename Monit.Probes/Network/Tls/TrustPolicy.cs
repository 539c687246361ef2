using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Network.Tls;

/// <summary>How the chain of a server is judged, whoever is trusted.</summary>
internal static class TrustPolicy
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    // A policy says nothing by default that would be right here: it asks for revocation online, and downloads issuers.
    public static X509ChainPolicy Of(X509Certificate2Collection trusted)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            ApplicationPolicy = { ServerAuthentication },
        };
        policy.CustomTrustStore.AddRange(trusted);
        return policy;
    }
}
