using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;

namespace Monit.Probes.Network.Tls;

/// <summary>
/// Judges the certificate of one connection, and keeps the chain that it saw. Besides what .NET asks for, the chain must consist of
/// what the server has sent and of what is trusted: .NET also takes certificates from the user's stores on disk, so that one
/// monitor's certificates could change the verdict on another's.
/// </summary>
/// <param name="learned">Null: the monitor trusts certificates of its own, each of them by itself, and the first verdict counts.</param>
/// <param name="verifies">Whether what is wrong is refused.</param>
internal sealed class ServerCertificate(LearnedTrust? learned, bool verifies, TimeProvider time)
{
    /// <summary>What was seen; null if there was no certificate, or the handshake failed before.</summary>
    public CertificateChain? Chain { get; private set; }

    /// <summary>Why it is refused; null if it is not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>A <see cref="RemoteCertificateValidationCallback"/>.</summary>
    /// <param name="chain">Built with <see cref="LearnedTrust.Learned"/> or the monitor's own trust; its extra store is what the server has sent.</param>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        SocketThread.Refuse();
        if (certificate is not X509Certificate2 leaf || chain is null)
        {
            Refusal = "no certificate";
            return false;
        }
        try
        {
            Chain = Judge(leaf, chain, errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? CertificateText.WrongName(leaf) : null);
        }
        catch (CryptographicException)
        {
            Chain = SeenChain.Unreadable(leaf);
        }
        finally
        {
            // With a callback, .NET leaves these to the garbage collector; the certificate itself is the connection's.
            Dispose(chain);
            foreach (var sent in chain.ChainPolicy.ExtraStore)
                sent.Dispose();
        }
        Refusal = verifies ? Chain.Complaint : null;
        return Refusal is null;
    }

    // With all that the system trusts, if what was learned does not do. This verdict is final, since a chain may also fail for
    // taking a root that was learned although there is a better one.
    private CertificateChain Judge(X509Certificate2 leaf, X509Chain chain, string? ofName)
    {
        if (Needed(chain) is > 0 and var needed)
            return SeenChain.Of(chain, needed, ofName);
        if (learned is null)
            return Refused(chain, TrustedByItself(chain), ofName);
        using var again = new X509Chain { ChainPolicy = (verifies ? learned.All : learned.AllOrNone).Clone() };
        again.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        try
        {
            again.Build(leaf);
            if (Needed(again) is > 0 and var all)
            {
                learned.Learn([.. again.ChainPolicy.CustomTrustStore.Where(known => again.ChainElements.Skip(1).Any(element => element.Certificate.IsTheSameAs(known)))]);
                return SeenChain.Of(again, all, ofName);
            }
            return Refused(again, 0, ofName);
        }
        finally
        {
            Dispose(again);
        }
    }

    private CertificateChain Refused(X509Chain chain, int counts, string? ofName)
    {
        var complaint = CertificateText.Complaint(chain, counts, time.GetUtcNow());
        return SeenChain.Of(chain, counts > 0 ? counts : chain.ChainElements.Count, ofName is null ? complaint : $"{complaint}; {ofName}");
    }

    // How many of the chain's certificates make it trusted, the leaf first; 0 if it is not.
    private int Needed(X509Chain chain)
    {
        var needed = learned is null ? TrustedByItself(chain) : 0;
        var isGood = needed == 0 ? chain.ChainStatus.Length == 0 : CertificateText.FlagsUpTo(chain, needed) == X509ChainStatusFlags.NoError;
        needed = needed == 0 ? chain.ChainElements.Count : needed;
        return isGood && chain.ChainElements.Take(needed).Skip(1).All(element => IsSentOrTrusted(element.Certificate, chain.ChainPolicy)) ? needed : 0;
    }

    // As OpenSSL with a partial chain (X509_V_FLAG_PARTIAL_CHAIN), which .NET cannot ask for: of certificates of a monitor's own each is trusted
    // by itself, though it be no root. What is above it, or is missing there, does not matter. The signatures below it have been
    // verified all the same. The number of certificates up to the first one; 0 if there is none.
    private static int TrustedByItself(X509Chain chain)
    {
        foreach (var (index, element) in chain.ChainElements.Index())
            if (chain.ChainPolicy.CustomTrustStore.Any(element.Certificate.IsTheSameAs))
                return index + 1;
        return 0;
    }

    private static bool IsSentOrTrusted(X509Certificate2 certificate, X509ChainPolicy policy) =>
        // As a rule it is the same object of OpenSSL, which is the cheapest to see.
        policy.ExtraStore.Concat(policy.CustomTrustStore).Any(known => known.Handle == certificate.Handle)
        || policy.CustomTrustStore.Any(certificate.IsTheSameAs) || policy.ExtraStore.Any(certificate.IsOfSameAuthorityAs);

    private static void Dispose(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
    }
}
