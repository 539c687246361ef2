using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;

namespace Monit.Probes.Network.Tls;

/// <summary>
/// Judges the certificate of one connection. Besides what .NET asks for, its chain must consist of what the server has sent
/// and of what the system trusts: .NET also takes certificates from the user's stores on disk, so that one monitor's
/// certificates could change the verdict on another's.
/// </summary>
internal sealed class ServerCertificate(LearnedTrust trust, TimeProvider time)
{
    /// <summary>Why it is refused; null if it is not.</summary>
    public string? Complaint { get; private set; }

    /// <summary>A <see cref="RemoteCertificateValidationCallback"/>.</summary>
    /// <param name="chain">Built with <see cref="LearnedTrust.Learned"/>; its extra store is what the server has sent.</param>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        SocketThread.Refuse();
        if (certificate is not X509Certificate2 leaf || chain is null)
        {
            Complaint = "no certificate";
            return false;
        }
        try
        {
            var ofChain = IsTrusted(chain) ? null : Again(leaf, chain.ChainPolicy.ExtraStore);
            var ofName = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? CertificateText.WrongName(leaf) : null;
            Complaint = ofChain is null || ofName is null ? ofChain ?? ofName : $"{ofChain}; {ofName}";
            return Complaint is null;
        }
        catch (CryptographicException)
        {
            Complaint = "the certificate cannot be read";
            return false;
        }
        finally
        {
            // With a callback, .NET leaves these to the garbage collector; the certificate itself is the connection's.
            Dispose(chain);
            foreach (var sent in chain.ChainPolicy.ExtraStore)
                sent.Dispose();
        }
    }

    private static bool IsTrusted(X509Chain chain) => chain.ChainStatus.Length == 0 && chain.ChainElements.Count > 0
        && chain.ChainElements.Skip(1).All(element => IsSentOrTrusted(element.Certificate, chain.ChainPolicy));

    private static bool IsSentOrTrusted(X509Certificate2 certificate, X509ChainPolicy policy) =>
        // As a rule it is the same object of OpenSSL, which is the cheapest to see.
        policy.ExtraStore.Concat(policy.CustomTrustStore).Any(known => known.Handle == certificate.Handle)
        || policy.CustomTrustStore.Any(certificate.IsTheSameAs) || policy.ExtraStore.Any(certificate.IsOfSameAuthorityAs);

    // With all that the system trusts. This verdict is final, since a chain may also fail for taking a root that was learned
    // although there is a better one.
    private string? Again(X509Certificate2 leaf, X509Certificate2Collection sent)
    {
        using var chain = new X509Chain { ChainPolicy = trust.All.Clone() };
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        try
        {
            chain.Build(leaf);
            if (!IsTrusted(chain))
                return CertificateText.Complaint(chain, time.GetUtcNow());
            trust.Learn([.. chain.ChainPolicy.CustomTrustStore.Where(known => chain.ChainElements.Skip(1).Any(element => element.Certificate.IsTheSameAs(known)))]);
            return null;
        }
        finally
        {
            Dispose(chain);
        }
    }

    private static void Dispose(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
    }
}
