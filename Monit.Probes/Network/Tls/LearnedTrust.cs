using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Network.Tls;

/// <summary>
/// The roots that checks have needed. OpenSSL judges the whole chain at every check, but adding all of the system's roots to its
/// store would be a third of the handshake's cost, so it gets those few. A chain that does not end in one of them is judged
/// again with all, and the root that it needed is learned. What was learned is forgotten hourly: a root that the system no
/// longer trusts is not trusted for longer than that.
/// </summary>
internal sealed class LearnedTrust(Func<X509Certificate2Collection> load, TimeProvider time)
{
    private static readonly TimeSpan Epoch = TimeSpan.FromHours(1);
    // As often as .NET reads the system's stores itself.
    private static readonly TimeSpan LoadAgain = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private volatile Trust _learned = new([], time.GetTimestamp());
    private volatile Trust? _all;

    /// <summary>What a chain is judged by at first. Never changed: every connection copies it.</summary>
    public X509ChainPolicy Learned => Current().Policy;

    /// <summary>What it is judged by if that fails.</summary>
    /// <exception cref="InvalidOperationException">The system has no roots, which is no fault of a target.</exception>
    public X509ChainPolicy All => AllOrNone is { CustomTrustStore.Count: > 0 } all
        ? all : throw new InvalidOperationException("This machine trusts no certificate authority: neither SSL_CERT_FILE nor SSL_CERT_DIR has a root.");

    /// <summary>The same, where it does not matter that the system has no roots.</summary>
    public X509ChainPolicy AllOrNone
    {
        get
        {
            if (_all is { } known && time.GetElapsedTime(known.Since) < LoadAgain)
                return known.Policy;
            lock (_lock)
            {
                if (_all is not { } all || time.GetElapsedTime(all.Since) >= LoadAgain)
                    _all = all = new Trust(load(), time.GetTimestamp());
                return all.Policy;
            }
        }
    }

    /// <summary>Adds to <see cref="Learned"/> what made a chain trusted.</summary>
    /// <param name="needed">Members of <see cref="All"/>.</param>
    public void Learn(IReadOnlyCollection<X509Certificate2> needed)
    {
        lock (_lock)
        {
            var learned = Current();
            var known = learned.Policy.CustomTrustStore;
            var missing = needed.Where(certificate => !known.Any(certificate.IsTheSameAs)).ToArray();
            if (missing.Length > 0)
                _learned = new Trust([.. known, .. missing], learned.Since);
        }
    }

    private Trust Current()
    {
        var learned = _learned;
        if (time.GetElapsedTime(learned.Since) < Epoch)
            return learned;
        lock (_lock)
            return time.GetElapsedTime(_learned.Since) < Epoch ? _learned : _learned = new Trust([], time.GetTimestamp());
    }

    /// <param name="Since">The monotonic timestamp of its beginning.</param>
    private sealed record Trust(X509ChainPolicy Policy, long Since)
    {
        public Trust(X509Certificate2Collection certificates, long since) : this(TrustPolicy.Of(certificates), since)
        {
        }
    }
}
