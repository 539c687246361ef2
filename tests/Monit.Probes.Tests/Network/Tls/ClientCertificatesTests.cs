using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>Servers that want to know who asks: what they get, and what is said where they are not content.</summary>
public sealed class ClientCertificatesTests : IDisposable
{
    private readonly List<IDisposable> _made = [];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void Dispose() => _made.ForEach(one => one.Dispose());

    [Theory]
    [InlineData("1.2", false)]
    [InlineData("1.3", false)]
    [InlineData("1.2", true)]
    [InlineData("1.3", true)]
    public async Task Server_GetsTheCertificateWithItsIssuers(string version, bool rsa)
    {
        var root = Made(new Authority());
        var clients = Made(new Authority(rsa: rsa));
        var issuer = Made(new Authority(clients, rsa: rsa));
        var leaf = Made(root.Issue(TlsCheck.Host));
        var connection = new SecureConnection(root.Certificate);
        var (direct, indirect) = (Made(clients.Issue("client")), Made(issuer.Issue("client")));
        var expired = Made(clients.Issue("client", from: Now.AddDays(-2), until: Now.AddDays(-1)));
        var stranger = Made(Authority.SelfSigned("client", rsa));
        const string Refused = "handshake failed: client certificate refused (alert ";
        var without = version == "1.3" ? "handshake failed: client certificate required (alert certificate required)" : "handshake failed: alert handshake failure";
        (string Name, TlsSettings? Tls, string? Complaint)[] cases =
        [
            ("none", null, without),
            ("right", With(direct), null),
            ("right, with its issuer", With(indirect, issuer.Certificate), null),
            ("without its issuer", With(indirect), Refused + "unknown ca)"),
            ("expired", With(expired), Refused + "certificate expired)"),
            ("self-signed", With(stranger), Refused + "unknown ca)"),
        ];

        using (var demanding = new OpenSslServer(version, leaf, [], clients.Certificate, demands: true))
        using (var asking = new OpenSslServer(version, leaf, [], clients.Certificate))
        using (var plain = new OpenSslServer(version, leaf, []))
        {
            foreach (var (name, tls, complaint) in cases)
            {
                foreach (var server in new[] { demanding, asking, plain })
                {
                    var expected = server == plain || (server == asking && tls is null) ? null : complaint;
                    var seen = await connection.AskAsync(server.Port, tls);
                    Assert.True((expected is null ? null : (FailureReason?)FailureReason.TlsError) == seen.Failure?.Reason && expected == seen.Failure?.Detail, $"{name}: {seen.Failure}");
                    if (expected is null)
                        Assert.Contains(server == plain || tls is null ? "no client certificate available" : "Client certificate\n", seen.Answer, StringComparison.Ordinal);
                    // With TLS 1.2 a server may refuse before its own certificate is judged.
                    if (version == "1.3" || expected is null)
                        Assert.Equal((null, leaf.NotAfter.ToUniversalTime()), (seen.Chain!.Complaint, seen.Chain.NotAfter.UtcDateTime));
                }
            }
        }
    }

    [Fact]
    public async Task SettingsThatCannotBeUsed_SayWhich()
    {
        var root = Made(new Authority());
        await using var target = new TlsTarget(Made(root.Issue(TlsCheck.Host)));
        var (one, other) = (Made(root.Issue("client")), Made(root.Issue("client")));
        (TlsSettings Tls, string Detail)[] cases =
        [
            (With(one) with { ClientKey = Pem.KeyOf(other) }, "tls.client_key must be one private key in PEM"),
            (With(one) with { ClientCertificate = "?" }, "tls.client_certificate must be one or more certificates"),
            (new() { Ca = "?" }, "tls.ca must be one or more certificates"),
        ];
        foreach (var (tls, detail) in cases)
        {
            var seen = await new SecureConnection(root.Certificate).AskAsync(target.Port, tls);
            Assert.Equal((FailureReason.TlsError, FailureKind.Definite), (seen.Failure!.Value.Reason, seen.Failure.Value.Kind));
            Assert.StartsWith(detail, seen.Failure.Value.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WeakCertificate_FailsTheHandshake_AndIsNoDefect()
    {
        // OpenSSL's level of security, where it is 2 as in Debian, takes no SHA-1; elsewhere this one is as good as another.
        var root = Made(new Authority());
        await using var target = new TlsTarget(Made(root.Issue(TlsCheck.Host)));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var weak = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).Create(root.Certificate.SubjectName, new Sha1(key), Now.AddDays(-1), Now.AddDays(1), [1]);
        var seen = await new SecureConnection(root.Certificate).AskAsync(target.Port, new() { ClientCertificate = Pem.Of(weak), ClientKey = key.ExportPkcs8PrivateKeyPem() });
        Assert.True(seen.Failure is null or { Reason: FailureReason.TlsError, Detail: not null }, $"{seen.Failure}");
    }

    private sealed class Sha1(ECDsa key) : X509SignatureGenerator
    {
        // The object identifier ecdsa-with-SHA1.
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Convert.FromHexString("300906072A8648CE3D0401");
        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);
        protected override PublicKey BuildPublicKey() => CreateForECDsa(key).PublicKey;
    }

    private static TlsSettings With(X509Certificate2 certificate, params X509Certificate2[] issuers) =>
        new() { ClientCertificate = Pem.Of([certificate, .. issuers]), ClientKey = Pem.KeyOf(certificate) };

    private T Made<T>(T one) where T : IDisposable
    {
        _made.Add(one);
        return one;
    }
}
