using System.Security.Cryptography.X509Certificates;

namespace Monit.Probes.Network.Tls;

internal static class Certificates
{
    /// <summary>Whether both are the same bytes.</summary>
    public static bool IsTheSameAs(this X509Certificate2 one, X509Certificate2 other) =>
        one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);

    /// <summary>Whether both are certificates of the same name and key, though perhaps of different issuers or dates.</summary>
    public static bool IsOfSameAuthorityAs(this X509Certificate2 one, X509Certificate2 other) =>
        one.IsTheSameAs(other)
        || (one.SubjectName.RawData.AsSpan().SequenceEqual(other.SubjectName.RawData)
            && one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(other.PublicKey.ExportSubjectPublicKeyInfo()));
}
