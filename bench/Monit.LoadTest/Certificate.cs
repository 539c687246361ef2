using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Monit.LoadTest;

/// <summary>
/// The targets' certificate with its chain of three, as most servers have: they send two, and other processes trust the root
/// by a PEM file.
/// </summary>
internal static class Certificate
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public static string Create(string folder)
    {
        var file = Path.Combine(folder, "target.pfx");
        using var rootKey = NewKey();
        using var root = Authority("root", rootKey).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        using var intermediateKey = NewKey();
        using var intermediate = Sign(Authority("intermediate", intermediateKey), root, rootKey);
        using var key = NewKey();
        using var leaf = Sign(Server(key), intermediate, intermediateKey);
        using var whole = leaf.CopyWithPrivateKey(key);
        File.WriteAllBytes(file, new X509Certificate2Collection { whole, intermediate }.Export(X509ContentType.Pfx)!);
        File.WriteAllText(Root(file), root.ExportCertificatePem());
        return file;
    }

    public static string Root(string file) => Path.ChangeExtension(file, ".pem");

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN=Monit load test {name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }

    private static CertificateRequest Server(ECDsa key)
    {
        var request = new CertificateRequest("CN=target", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(LoadOptions.Name);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 issuer, ECDsa key) =>
        request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Now.AddDays(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
}
