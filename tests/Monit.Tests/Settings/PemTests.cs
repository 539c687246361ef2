using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Tests.Settings;

/// <summary>What is said of certificates and keys when they are saved.</summary>
public sealed class PemTests
{
    private static readonly (string Certificate, string Key, string OldKey) Rsa = WithRsa(2048);
    private static readonly (string Certificate, string Key, string OldKey) Ec = WithEc(ECCurve.NamedCurves.nistP256);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public void GoodOnes_AreTaken()
    {
        foreach (var (certificate, key, oldKey) in new[] { Rsa, Ec, WithEc(ECCurve.NamedCurves.nistP384), WithEc(ECCurve.NamedCurves.nistP521), WithRsa(4096) })
        {
            Assert.Empty(Problems(new() { ClientCertificate = certificate, ClientKey = key }));
            Assert.Empty(Problems(new() { ClientCertificate = certificate, ClientKey = oldKey }));
            Assert.Empty(Problems(new() { ClientCertificate = $"{certificate}\r\n# issuer\r\n{Ec.Certificate}", ClientKey = $"{key}\n" }));
            Assert.Empty(Problems(new() { ClientCertificate = certificate, ClientKey = Secret.Mask }));
            Assert.Empty(Problems(new() { Ca = $"my roots\n{certificate}\n{Rsa.Certificate}" }));
        }
        // As "openssl ecparam -genkey" writes it.
        Assert.Empty(Problems(new() { ClientCertificate = Ec.Certificate, ClientKey = $"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{Ec.OldKey}" }));
    }

    [Fact]
    public void BadOnes_AreNamed()
    {
        var (broken, cut) = (Rsa.Certificate.Replace('A', '!'), Rsa.Certificate[..^40]);
        var torn = $"-----BEGIN CERTIFICATE-----\n{Convert.ToBase64String(new byte[200])}\n-----END CERTIFICATE-----";
        (TlsSettings Tls, string Expected)[] cases =
        [
            (new() { Ca = "" }, "tls.ca must be one or more certificates in PEM"),
            (new() { Ca = "MIIB" }, "tls.ca must be one or more certificates in PEM"),
            (new() { Ca = broken }, "tls.ca must be one or more certificates in PEM"),
            (new() { Ca = Ec.Certificate + "\n" + cut }, "tls.ca must be one or more certificates in PEM"),
            (new() { Ca = Ec.Certificate + "\n" + torn }, "tls.ca must consist of valid certificates: number 2 cannot be read"),
            (new() { Ca = Ec.Certificate + "\n" + Ec.Key }, "tls.ca must not contain a private key"),
            (new() { Ca = Ec.OldKey }, "tls.ca must not contain a private key"),
            (new() { Ca = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" }, "tls.ca must contain nothing but certificates"),
            (new() { Ca = string.Join('\n', Enumerable.Repeat(Ec.Certificate, 21)) }, "tls.ca must have at most 20 certificates"),
            (new() { Ca = new string('x', Pem.MaxLength + 1) }, "tls.ca must have at most 65536 characters"),
            (new() { ClientKey = Ec.Key }, "tls.client_certificate must be given where client_key is"),
            (new() { ClientCertificate = Ec.Certificate }, "tls.client_key must be given where client_certificate is"),
            (new() { ClientCertificate = Ec.Key, ClientKey = Ec.Key }, "tls.client_certificate must not contain a private key"),
            (new() { ClientCertificate = Ec.Certificate, ClientKey = Rsa.Key }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Rsa.Certificate, ClientKey = Ec.Key }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Rsa.Certificate, ClientKey = Ec.OldKey }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Rsa.Certificate, ClientKey = WithRsa(2048).Key }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Ec.Certificate, ClientKey = WithEc(ECCurve.NamedCurves.nistP256).Key }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Ec.Certificate, ClientKey = WithEc(ECCurve.NamedCurves.nistP384).Key }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Rsa.Certificate, ClientKey = Rsa.Key + "\n" + Rsa.Key }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Ec.Certificate, ClientKey = "" }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Ec.Certificate, ClientKey = "secret" }, "tls.client_key must be one private key in PEM"),
            (new() { ClientCertificate = Ec.Certificate, ClientKey = new string('x', Pem.MaxKeyLength + 1) }, "tls.client_key must have at most 8192 characters"),
            (new() { ClientCertificate = Ec.Certificate, ClientKey = Encrypted() }, "tls.client_key must not be encrypted"),
            (new() { ClientCertificate = Rsa.Certificate, ClientKey = Rsa.OldKey.Replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", StringComparison.Ordinal) }, "tls.client_key must not be encrypted"),
            (new() { ClientCertificate = WithRsa(1024).Certificate, ClientKey = Rsa.Key }, "tls.client_key must be one private key in PEM"),
            (Set(WithRsa(1024)), "tls.client_key must have 2048 to 4096 bits"),
            (Set(WithRsa(5120)), "tls.client_key must have 2048 to 4096 bits"),
            (Set(WithEc(ECCurve.NamedCurves.brainpoolP256r1, name: "brainpool")), "tls.client_key must be of one of the curves P-256, P-384, P-521"),
        ];
        foreach (var (tls, expected) in cases)
            Assert.StartsWith(expected, string.Join('\n', Problems(tls)), StringComparison.Ordinal);
        Assert.DoesNotContain(cases.SelectMany(one => Problems(one.Tls)), problem => problem.Contains("MII", StringComparison.Ordinal));
    }

    private static TlsSettings Set((string Certificate, string Key, string OldKey) one) => new() { ClientCertificate = one.Certificate, ClientKey = one.Key };

    private static string[] Problems(TlsSettings tls)
    {
        var errors = new List<FieldError>();
        Pem.Validate(tls, errors);
        return [.. errors.Select(error => $"{error.Field} {error.Message}")];
    }

    private static (string Certificate, string Key, string OldKey) WithRsa(int bits)
    {
        using var key = RSA.Create(bits);
        return (SelfSigned(new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), key.ExportPkcs8PrivateKeyPem(), key.ExportRSAPrivateKeyPem());
    }

    private static (string Certificate, string Key, string OldKey) WithEc(ECCurve curve, string name = "client")
    {
        using var key = ECDsa.Create(curve);
        return (SelfSigned(new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)), key.ExportPkcs8PrivateKeyPem(), key.ExportECPrivateKeyPem());
    }

    private static string SelfSigned(CertificateRequest request)
    {
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return certificate.ExportCertificatePem();
    }

    private static string Encrypted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
    }
}
