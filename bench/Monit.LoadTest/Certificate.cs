using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Monit.LoadTest;

/// <summary>The targets' certificate, and the PEM file by which other processes trust it.</summary>
internal static class Certificate
{
    public static string Create(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=target", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        for (var index = 0; index < 8; index++)
            names.AddIpAddress(IPAddress.Parse(LoadOptions.Address(index)));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var file = Path.Combine(folder, "target.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx));
        File.WriteAllText(Public(file), certificate.ExportCertificatePem());
        return file;
    }

    public static string Public(string file) => Path.ChangeExtension(file, ".pem");
}
