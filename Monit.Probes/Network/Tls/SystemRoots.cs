using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Network.Tls;

/// <summary>What this machine trusts: on Linux the certificates of <c>SSL_CERT_FILE</c> and <c>SSL_CERT_DIR</c>.</summary>
internal static class SystemRoots
{
    /// <summary>The trusted roots, and the intermediates that an administrator has put beside them.</summary>
    public static X509Certificate2Collection Load()
    {
        var all = new X509Certificate2Collection();
        Add(StoreName.Root, StoreLocation.LocalMachine);
        Add(StoreName.CertificateAuthority, StoreLocation.LocalMachine);
        Add(StoreName.Root, StoreLocation.CurrentUser);
        return all;

        void Add(StoreName name, StoreLocation location)
        {
            using var store = new X509Store(name, location, OpenFlags.ReadOnly);
            all.AddRange(store.Certificates);
        }
    }
}
