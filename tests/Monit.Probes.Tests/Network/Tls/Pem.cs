using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>Files that other programs' servers read.</summary>
internal static class Pem
{
    /// <summary>Replaces a file by a server's certificate, its key, and the further certificates that it is to send.</summary>
    public static void Write(string file, X509Certificate2 certificate, params X509Certificate2[] intermediates)
    {
        File.WriteAllText(file + ".new", $"{Of([certificate, .. intermediates])}\n{KeyOf(certificate)}\n");
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>A text of certificates.</summary>
    public static string Of(params IEnumerable<X509Certificate2> certificates) => string.Join('\n', certificates.Select(one => one.ExportCertificatePem()));

    public static string KeyOf(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = certificate.GetRSAPrivateKey() ?? (AsymmetricAlgorithm)certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }
}
