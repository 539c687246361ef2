using System.Buffers.Binary;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks.Answers;

namespace Monit.Probes.Network.Tls;

/// <summary>Takes from a chain what is kept of it after the handshake.</summary>
internal static class SeenChain
{
    /// <summary>The most certificates whose bytes are kept.</summary>
    public const int MaxKept = 10;

    private const int MaxShared = 4096;

    // Connections to different targets show the same few issuers: each slot has the one that was seen last.
    private static readonly byte[]?[] Shared = new byte[]?[1024];

    /// <param name="needed">How many of its certificates count, the leaf first.</param>
    public static CertificateChain Of(X509Chain chain, int needed, string? complaint)
    {
        var certificates = new List<ReadOnlyMemory<byte>>(Math.Min(needed, MaxKept));
        var notAfter = DateTime.MaxValue;
        foreach (var element in chain.ChainElements.Take(needed))
        {
            var certificate = element.Certificate;
            if (certificates.Count < MaxKept)
                certificates.Add(certificates.Count == 0 ? certificate.RawDataMemory : Once(certificate.RawDataMemory));
            if (certificate.NotAfter.ToUniversalTime() is var until && until < notAfter)
                notAfter = until;
        }
        return new CertificateChain(certificates, new DateTimeOffset(notAfter, TimeSpan.Zero), complaint is null ? null : CertificateText.Clean(complaint, CertificateText.MaxLength));
    }

    /// <summary>Of a certificate that cannot be read, and so is as good as expired.</summary>
    public static CertificateChain Unreadable(X509Certificate2 leaf) =>
        new([leaf.RawDataMemory], DateTimeOffset.MinValue, "the certificate cannot be read");

    private static ReadOnlyMemory<byte> Once(ReadOnlyMemory<byte> issuer)
    {
        if (issuer.Length is < 4 or > MaxShared)
            return issuer;
        // It ends with its signature, which is as good as random.
        ref var slot = ref Shared[BinaryPrimitives.ReadUInt32LittleEndian(issuer.Span[^4..]) % Shared.Length];
        if (Volatile.Read(ref slot) is { } known && issuer.Span.SequenceEqual(known))
            return known;
        var bytes = issuer.ToArray();
        Volatile.Write(ref slot, bytes);
        return bytes;
    }
}
