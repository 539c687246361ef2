namespace Monit.Core.Checks.Answers;

/// <summary>The certificates of a TLS handshake.</summary>
/// <param name="Certificates">In DER, the leaf first, as far as the chain could be built from what was sent and is trusted.</param>
/// <param name="NotAfter">When the first of them expires.</param>
/// <param name="Complaint">Why they are refused, or would be if they were verified; null if they are good.</param>
public sealed record CertificateChain(IReadOnlyList<ReadOnlyMemory<byte>> Certificates, DateTimeOffset NotAfter, string? Complaint)
{
    /// <summary>Whole days until the first of them expires, rounded down; negative since it has.</summary>
    public int DaysLeft(DateTimeOffset at) => (int)Math.Floor((NotAfter - at).TotalDays);
}
