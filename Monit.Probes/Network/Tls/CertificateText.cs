using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Monit.Probes.Network.Tls;

/// <summary>Says in a few words what is wrong with a certificate. What certificates contain is the target's, and may be hostile.</summary>
internal static class CertificateText
{
    /// <summary>The longest detail, in characters.</summary>
    public const int MaxLength = 200;

    private const int MaxName = 64;
    private const int MaxNames = 3;

    /// <summary>Why a chain that was built with all that may be trusted is not.</summary>
    /// <param name="counts">How many of its certificates count, if the last of these is trusted by itself; 0: all.</param>
    public static string Complaint(X509Chain chain, int counts, DateTimeOffset now)
    {
        if (counts > 0 && FlagsUpTo(chain, counts) is not X509ChainStatusFlags.NoError and var wrong)
            return Date(chain, now) ?? $"certificate refused: {wrong}";
        var flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (chain.ChainElements is [var only] && flags.HasFlag(X509ChainStatusFlags.UntrustedRoot))
            return Join("self-signed certificate", Date(chain, now));
        if (flags.HasFlag(X509ChainStatusFlags.UntrustedRoot))
            return Join($"untrusted issuer: {Name(chain.ChainElements[^1].Certificate)}", Date(chain, now));
        // Without a flag, the chain has a certificate that the server did not send.
        if (flags == X509ChainStatusFlags.NoError || flags.HasFlag(X509ChainStatusFlags.PartialChain))
            return Join("incomplete chain", Date(chain, now));
        return Date(chain, now) ?? $"certificate refused: {flags}";
    }

    /// <summary>What is wrong with the first certificates, apart from the fact that the chain goes on, or ends, above them.</summary>
    public static X509ChainStatusFlags FlagsUpTo(X509Chain chain, int count) => chain.ChainElements.Take(count).SelectMany(element => element.ChainElementStatus)
        .Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) & ~X509ChainStatusFlags.PartialChain;

    /// <summary>The names that a certificate is for, where it is for none of the host's.</summary>
    public static string WrongName(X509Certificate2 certificate)
    {
        var names = NamesOf(certificate);
        var some = string.Join(", ", names.Take(MaxNames).Select(name => Clean(name, MaxName)));
        return names.Count switch
        {
            0 => "name does not match: the certificate has none",
            > MaxNames => $"name does not match: the certificate is for {some} and {names.Count - MaxNames} more",
            _ => $"name does not match: the certificate is for {some}",
        };
    }

    /// <summary>The reason that OpenSSL or the server has given for a handshake's failure.</summary>
    public static string Handshake(Exception failure, bool offersHttp2)
    {
        var cause = failure.GetBaseException().Message;
        var text = FromOpenSsl(cause) ?? cause;
        return text == "reason(1120)" || text.Contains("no application protocol", StringComparison.OrdinalIgnoreCase)
            ? WrongProtocol(offersHttp2) : Clean($"handshake failed: {Plain(text.TrimEnd('.'))}", MaxLength);
    }

    /// <summary>
    /// The server's reason to end a connection over TLS that had begun; null if it has given none. With TLS 1.3 a client learns only after
    /// its handshake that its certificate is refused.
    /// </summary>
    public static string? Alert(Exception failure) =>
        failure is CryptographicException && FromOpenSsl(failure.Message) is { } text && text.Contains(AlertMark, StringComparison.Ordinal)
            ? Clean($"handshake failed: {Plain(text)}", MaxLength) : null;

    public static string WrongProtocol(bool offersHttp2) =>
        offersHttp2 ? "the server offers neither HTTP/2 nor HTTP/1.1 (ALPN)" : "the server does not offer HTTP/1.1 (ALPN)";

    private const string AlertMark = " alert ";

    // error:0A00010B:SSL routines::wrong version number
    private static string? FromOpenSsl(string message) =>
        message.StartsWith("error:", StringComparison.Ordinal) ? message[(message.LastIndexOf(':') + 1)..] : null;

    // "tlsv1 alert unknown ca": a server says so of the client's certificate, there being no other one to judge.
    private static string Plain(string text)
    {
        if (text.IndexOf(AlertMark, StringComparison.Ordinal) is not (>= 0 and var mark))
            return text;
        var alert = text[(mark + AlertMark.Length)..];
        return alert switch
        {
            "certificate required" => $"client certificate required (alert {alert})",
            "bad certificate" or "unsupported certificate" or "certificate revoked" or "certificate expired" or "certificate unknown"
                or "unknown ca" or "access denied" => $"client certificate refused (alert {alert})",
            _ => $"alert {alert}",
        };
    }

    /// <summary>Without control, format and unassigned characters, and shortened.</summary>
    public static string Clean(string text, int length)
    {
        var clean = new StringBuilder();
        var cut = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned || rune == Rune.ReplacementChar)
                continue;
            clean.Append(rune);
            if (clean.Length < length)
                cut = clean.Length;
            else if (clean.Length > length)
                return clean.Append('…').Remove(cut, clean.Length - 1 - cut).ToString();
        }
        return clean.ToString();
    }

    private static string Join(string complaint, string? further) => further is null ? complaint : $"{complaint}; {further}";

    private static string? Date(X509Chain chain, DateTimeOffset now)
    {
        foreach (var (index, element) in chain.ChainElements.Index())
        {
            if (!element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)))
                continue;
            var (certificate, what) = (element.Certificate, index == 0 ? "certificate" : $"certificate of the issuer {Name(element.Certificate)}");
            return now < certificate.NotBefore ? $"{what} not valid before {Utc(certificate.NotBefore)}" : $"{what} expired on {Utc(certificate.NotAfter)}";
        }
        return null;
    }

    private static string Utc(DateTime local) => local.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Name(X509Certificate2 certificate) =>
        Clean(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), MaxName) is { Length: > 0 } name ? name : "without a name";

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        try
        {
            if (certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names)
                return [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
        }
        catch (CryptographicException)
        {
            // It is not what it should be.
        }
        return certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false) is { Length: > 0 } name ? [name] : [];
    }
}
