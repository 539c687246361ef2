using System.Net;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>What is said of real servers' certificates, whatever a monitor trusts and whether or not it verifies; and that the chain is always seen.</summary>
public sealed class CertificatesOfServersTests : IDisposable
{
    private readonly List<IDisposable> _made = [];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void Dispose() => _made.ForEach(one => one.Dispose());

    [Theory]
    [InlineData("1.2", false)]
    [InlineData("1.3", false)]
    [InlineData("1.2", true)]
    [InlineData("1.3", true)]
    public async Task EveryServer_TimesEverySetting(string version, bool rsa)
    {
        var root = Made(new Authority(days: 100, rsa: rsa));
        var issuer = Made(new Authority(root, days: 50, rsa: rsa));
        var stranger = Made(new Authority());
        X509Certificate2[] sent = [issuer.Certificate];
        // Days: those left of the first certificate to expire; the last column what is wrong where the root is trusted, and where another one is.
        (string Name, X509Certificate2 Leaf, X509Certificate2[] Sent, int Days, string? Complaint, string WithoutRoot)[] servers =
        [
            ("good", Leaf(issuer, 80), sent, 49, null, "incomplete chain"),
            ("10 days", Leaf(issuer, 10), sent, 9, null, "incomplete chain"),
            ("2 days", Leaf(issuer, 2), sent, 1, null, "incomplete chain"),
            ("root sent", Leaf(issuer, 10), [issuer.Certificate, root.Certificate], 9, null, $"untrusted issuer: {root.Name}"),
            ("expired", Leaf(issuer, -1), sent, -2, "certificate expired on ", "incomplete chain; certificate expired on "),
            ("not yet valid", Made(issuer.Issue(TlsCheck.Host, from: Now.AddDays(1), until: Now.AddDays(20.5))), sent, 20, "certificate not valid before ", "incomplete chain; certificate not valid before "),
            ("wrong host", Made(issuer.Issue("other.example", until: Now.AddDays(2.5))), sent, 2, "name does not match: the certificate is for other.example", "incomplete chain; name does not match: the certificate is for other.example"),
            ("incomplete", Leaf(issuer, 2), [], 1, "incomplete chain", "incomplete chain"),
            ("self-signed", Made(Authority.SelfSigned(TlsCheck.Host, rsa)), [], 0, "self-signed certificate", "self-signed certificate"),
        ];
        var (system, other) = (new SecureConnection(root.Certificate), new SecureConnection(stranger.Certificate));
        var (own, wrong) = (new TlsSettings { Ca = Pem.Of(root.Certificate) }, new TlsSettings { Ca = Pem.Of(stranger.Certificate) });
        foreach (var (name, leaf, issuers, days, complaint, withoutRoot) in servers)
        {
            using var server = new OpenSslServer(version, leaf, issuers);
            (SecureConnection From, TlsSettings? Tls, string? Complaint)[] settings =
            [
                (system, null, complaint), (system, new() { MinDays = 14 }, complaint), (system, wrong, withoutRoot),
                (other, null, withoutRoot), (other, own, complaint), (other, wrong with { Ca = wrong.Ca + "\n" + own.Ca }, complaint),
            ];
            foreach (var (from, tls, expected) in settings)
            {
                var strict = await from.AskAsync(server.Port, tls);
                Assert.True((expected is null) == strict.Failure is null, $"{name}: {strict.Failure}, not {expected}");
                if (expected is not null)
                    Assert.Equal(FailureReason.TlsError, strict.Failure!.Value.Reason);
                Says(expected, strict.Failure?.Detail);

                var lenient = await from.AskAsync(server.Port, (tls ?? new()) with { Verify = false });
                Assert.Null(lenient.Failure);
                Assert.StartsWith("HTTP/1.0 200", lenient.Answer, StringComparison.Ordinal);
                foreach (var seen in new[] { strict, lenient })
                {
                    Assert.Equal(IPAddress.Loopback, seen.Peer!.Address);
                    Says(expected, seen.Chain!.Complaint);
                    Assert.Equal(days, seen.Chain.DaysLeft(Now));
                    Assert.Equal(leaf.RawData, seen.Chain.Certificates[0].ToArray());
                }
                if (expected is null)
                    Assert.Equal([leaf.RawData, issuer.Certificate.RawData, root.Certificate.RawData], lenient.Chain!.Certificates.Select(one => one.ToArray()));
            }
        }

        void Says(string? expected, string? said)
        {
            if (expected is null)
                Assert.Null(said);
            else
                Assert.StartsWith(expected, said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("1.2", false)]
    [InlineData("1.3", true)]
    public async Task CertificateThatIsNoRoot_IsTrustedByItself(string version, bool rsa)
    {
        var root = Made(new Authority(days: 1, rsa: rsa));
        var issuer = Made(new Authority(root, days: 50, rsa: rsa));
        var sibling = Made(new Authority(root, days: 50, rsa: rsa));
        var forger = Made(new Authority(name: issuer.Name, days: 50, rsa: rsa));
        var selfSigned = Made(Authority.SelfSigned(TlsCheck.Host, rsa));
        var (leaf, expired, wrongName) = (Leaf(issuer, 20), Leaf(issuer, -1), Made(issuer.Issue("other.example")));
        X509Certificate2[] sent = [issuer.Certificate];
        (string Name, X509Certificate2 Leaf, X509Certificate2[] Sent, X509Certificate2[] Ca, int? Days, string? Complaint)[] cases =
        [
            ("issuer, sent", leaf, sent, sent, 19, null),
            ("issuer, not sent", leaf, [], sent, 19, null),
            ("issuer, below a root that is sent and unknown", leaf, [issuer.Certificate, root.Certificate], sent, 19, null),
            ("leaf", leaf, [], [leaf], 19, null),
            ("leaf, its issuer sent", leaf, sent, [leaf], 19, null),
            ("self-signed leaf", selfSigned, [], [selfSigned], 0, null),
            ("issuer and root", leaf, sent, [issuer.Certificate, root.Certificate], 19, null),
            ("issuer of an expired one", expired, sent, sent, null, "certificate expired on "),
            ("leaf that has expired", expired, sent, [expired], null, "certificate expired on "),
            ("issuer of another name's", wrongName, sent, sent, null, "name does not match: "),
            ("another of the same root", leaf, sent, [sibling.Certificate], null, "incomplete chain"),
            ("another leaf of the same issuer", leaf, sent, [expired], null, "incomplete chain"),
            ("forged: an issuer of the same name", Leaf(forger, 20), [], sent, null, "certificate refused: NotSignatureValid"),
            ("forged: an issuer of the same name, sent", Leaf(forger, 20), sent, sent, null, "certificate refused: NotSignatureValid"),
            ("forged: with the forger", Leaf(forger, 20), [forger.Certificate], sent, null, "certificate refused: NotSignatureValid"),
        ];
        var system = new SecureConnection(Made(new Authority()).Certificate);
        foreach (var (name, served, issuers, ca, days, complaint) in cases)
        {
            using var server = new OpenSslServer(version, served, issuers);
            var seen = await system.AskAsync(server.Port, new TlsSettings { Ca = Pem.Of(ca) });
            Assert.True(complaint is null ? seen.Failure is null : seen.Failure?.Detail?.StartsWith(complaint, StringComparison.Ordinal) == true, $"{name}: {seen.Failure}");
            if (days is not null)
                Assert.True(days == seen.Chain!.DaysLeft(Now), $"{name}: {seen.Chain.DaysLeft(Now)} days");
        }
    }

    private X509Certificate2 Leaf(Authority issuer, int days) => Made(issuer.Issue(TlsCheck.Host, from: Now.AddDays(-3), until: Now.AddDays(days).AddMinutes(-5)));

    private T Made<T>(T one) where T : IDisposable
    {
        _made.Add(one);
        return one;
    }
}
