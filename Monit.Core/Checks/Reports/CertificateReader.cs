using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Assertions;

namespace Monit.Core.Checks.Reports;

/// <summary>Reads what people want to know of a certificate. What it contains is the target's, and may be hostile.</summary>
internal static class CertificateReader
{
    private const int MaxNames = 100;
    private const int MaxText = 500;

    public static CertificateReport? Read(CertificateChain chain, DateTimeOffset at)
    {
        try
        {
            using var leaf = X509CertificateLoader.LoadCertificate(chain.Certificates[0].Span);
            var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension =>
                extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())));
            return new CertificateReport(Text(leaf.Subject), Text(leaf.Issuer), [.. names.Take(MaxNames).Select(Text)],
                new DateTimeOffset(leaf.NotAfter.ToUniversalTime()), chain.DaysLeft(at), chain.Complaint);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static string Text(string text) => ShownText.Of(text, MaxText);
}
