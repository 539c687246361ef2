using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>A certificate authority with a key and a name of its own.</summary>
internal sealed class Authority : IDisposable
{
    private readonly AsymmetricAlgorithm _key;
    private readonly bool _rsa;

    /// <param name="issuer">Null: it is a root.</param>
    /// <param name="url">Where the issuer's certificate, its revocation list and its OCSP responder are said to be.</param>
    /// <param name="days">For how long it is valid; null: 10 of a root, 5 of another.</param>
    /// <param name="rsa">Whether its key, and those of the certificates that it issues, are of RSA; else of P-256.</param>
    public Authority(Authority? issuer = null, string? url = null, string? name = null, int? days = null, bool rsa = false)
    {
        _rsa = rsa;
        _key = NewKey(rsa);
        Name = name ?? $"{(issuer is null ? "Root" : "Intermediate")} {Guid.CreateVersion7(Now):N}";
        var request = Request(Name, _key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = issuer is null
            ? request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(days ?? 10)) : issuer.Sign(request, Now.AddDays(-5), Now.AddDays(days ?? 5), url);
    }

    public string Name { get; }
    public X509Certificate2 Certificate { get; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A server's certificate with its key.</summary>
    public X509Certificate2 Issue(string host, DateTimeOffset? from = null, DateTimeOffset? until = null, string? url = null) => Issue([host], from, until, url);

    /// <inheritdoc cref="Issue(string, DateTimeOffset?, DateTimeOffset?, string?)"/>
    public X509Certificate2 Issue(string[] hosts, DateTimeOffset? from = null, DateTimeOffset? until = null, string? url = null)
    {
        using var key = NewKey(_rsa);
        using var certificate = Sign(Server(hosts, key), from ?? Now.AddDays(-1), until ?? Now.AddDays(1), url);
        using var whole = key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    public static X509Certificate2 SelfSigned(string host, bool rsa = false)
    {
        using var key = NewKey(rsa);
        return Server([host], key).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static X500DistinguishedName Subject(string name)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return subject.Build();
    }

    private static AsymmetricAlgorithm NewKey(bool rsa) => rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static CertificateRequest Request(string name, AsymmetricAlgorithm key) => key is RSA rsa
        ? new CertificateRequest(Subject(name), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new CertificateRequest(Subject(name), (ECDsa)key, HashAlgorithmName.SHA256);

    private static CertificateRequest Server(string[] hosts, AsymmetricAlgorithm key)
    {
        var request = Request("server", key);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset until, string? url)
    {
        if (url is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([$"{url}ocsp"], [$"{url}issuer.crt"]));
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{url}list.crl"]));
        }
        return request.Create(Certificate.SubjectName, _key is RSA rsa ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa((ECDsa)_key), from, until, RandomNumberGenerator.GetBytes(8));
    }
}
