using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>A certificate authority with a key and a name of its own.</summary>
internal sealed class Authority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="issuer">Null: it is a root.</param>
    /// <param name="url">Where the issuer's certificate, its revocation list and its OCSP responder are said to be.</param>
    public Authority(Authority? issuer = null, string? url = null, string? name = null)
    {
        Name = name ?? $"{(issuer is null ? "Root" : "Intermediate")} {Guid.CreateVersion7(Now):N}";
        var request = new CertificateRequest(Subject(Name), _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = issuer is null ? request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(10)) : issuer.Sign(request, Now.AddDays(-5), Now.AddDays(5), url);
    }

    public string Name { get; }
    public X509Certificate2 Certificate { get; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A server's certificate with its key.</summary>
    public X509Certificate2 Issue(string host, DateTimeOffset? from = null, DateTimeOffset? until = null, string? url = null) => Issue([host], from, until, url);

    /// <inheritdoc cref="Issue(string, DateTimeOffset?, DateTimeOffset?, string?)"/>
    public X509Certificate2 Issue(string[] hosts, DateTimeOffset? from = null, DateTimeOffset? until = null, string? url = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(Server(hosts, key), from ?? Now.AddDays(-1), until ?? Now.AddDays(1), url);
        using var whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    public static X509Certificate2 SelfSigned(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
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

    private static CertificateRequest Server(string[] hosts, ECDsa key)
    {
        var request = new CertificateRequest(Subject("server"), key, HashAlgorithmName.SHA256);
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
        return request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), from, until, RandomNumberGenerator.GetBytes(8));
    }
}
