using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>Files that other programs' servers read.</summary>
internal static class Pem
{
    /// <summary>Replaces a file by a server's certificate, its key, and the further certificates that it is to send.</summary>
    public static void Write(string file, X509Certificate2 certificate, params X509Certificate2[] intermediates)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        string[] parts = [certificate.ExportCertificatePem(), .. intermediates.Select(further => further.ExportCertificatePem()), key.ExportPkcs8PrivateKeyPem()];
        File.WriteAllText(file + ".new", string.Join('\n', parts) + '\n');
        File.Move(file + ".new", file, overwrite: true);
    }
}
