using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Validation;

namespace Monit.Core.Checks.Settings;

/// <summary>Reads the certificates and the key of <see cref="TlsSettings"/>. Pure: whether something is trusted or expired is for checks.</summary>
public static class Pem
{
    /// <summary>The most characters of a text of certificates.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The most certificates of a text.</summary>
    public const int MaxCertificates = 20;

    /// <summary>The most characters of a key: an RSA key of 4096 bits has some 3300.</summary>
    public const int MaxKeyLength = 8 * 1024;

    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string Ec = "1.2.840.10045.2.1";
    // P-256, P-384, P-521.
    private static readonly string[] Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];
    // A larger key would cost a worker hundreds of milliseconds a check; OpenSSL takes no smaller one.
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 4096;

    /// <summary>Adds what is wrong with <c>tls.ca</c>, <c>tls.client_certificate</c> and <c>tls.client_key</c>.</summary>
    /// <param name="tls">Where the key is <see cref="Secret.Mask"/>, whether it fits the certificate is left open.</param>
    public static void Validate(TlsSettings tls, ICollection<FieldError> errors)
    {
        if (tls.Ca is { } ca && !TryRead(ca, out _, out var problem))
            errors.Add(new FieldError("tls.ca", problem));
        if ((tls.ClientCertificate is null) != (tls.ClientKey is null))
            errors.Add(tls.ClientKey is null
                ? new FieldError("tls.client_key", "must be given where client_certificate is")
                : new FieldError("tls.client_certificate", "must be given where client_key is"));
        if (tls.ClientCertificate is not { } pem)
            return;
        if (!TryRead(pem, out var certificates, out problem))
            errors.Add(new FieldError("tls.client_certificate", problem));
        else if (tls.ClientKey is { } key && key != Secret.Mask && !TryJoin(certificates[0], key, out _, out problem))
            errors.Add(new FieldError("tls.client_key", problem));
    }

    /// <summary>Reads a text of certificates.</summary>
    /// <param name="problem">What the text must be, if it is not.</param>
    public static bool TryRead(string pem, [NotNullWhen(true)] out X509Certificate2Collection? certificates, [NotNullWhen(false)] out string? problem)
    {
        certificates = null;
        problem = pem.Length > MaxLength ? $"must have at most {MaxLength} characters" : null;
        if (problem is not null)
            return false;
        var read = new X509Certificate2Collection();
        var rest = pem.AsSpan();
        while (problem is null && PemEncoding.TryFind(rest, out var block))
        {
            var label = rest[block.Label];
            if (label.EndsWith("PRIVATE KEY"))
                problem = "must not contain a private key, which would not be kept secret here";
            else if (label is not "CERTIFICATE")
                problem = "must contain nothing but certificates (-----BEGIN CERTIFICATE-----)";
            else if (read.Count == MaxCertificates)
                problem = $"must have at most {MaxCertificates} certificates";
            else if (Certificate(rest[block.Base64Data]) is { } certificate)
                read.Add(certificate);
            else
                problem = $"must consist of valid certificates: number {read.Count + 1} cannot be read";
            rest = rest[block.Location.End..];
        }
        if (problem is null && (read.Count == 0 || HasBlock(pem, read.Count + 1)))
            problem = "must be one or more certificates in PEM (-----BEGIN CERTIFICATE-----)";
        if (problem is null)
        {
            certificates = read;
            return true;
        }
        foreach (var certificate in read)
            certificate.Dispose();
        return false;
    }

    /// <summary>The certificate with its private key.</summary>
    /// <inheritdoc cref="TryRead"/>
    public static bool TryJoin(X509Certificate2 certificate, string key, [NotNullWhen(true)] out X509Certificate2? joined, [NotNullWhen(false)] out string? problem)
    {
        (joined, problem) = (null, key switch
        {
            { Length: > MaxKeyLength } => $"must have at most {MaxKeyLength} characters",
            _ when key.Contains("ENCRYPTED", StringComparison.Ordinal) => "must not be encrypted",
            _ => null,
        });
        if (problem is not null)
            return false;
        try
        {
            (joined, problem) = certificate.PublicKey.Oid.Value switch
            {
                Rsa => JoinRsa(certificate, key),
                Ec => JoinEc(certificate, key),
                _ => (null, "must be an RSA or EC key"),
            };
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            // An argument is not what it must be if there is no key, or more than one, or another one.
            problem = "must be one private key in PEM (-----BEGIN PRIVATE KEY-----), that of the first of client_certificate";
        }
        return joined is not null;
    }

    private static (X509Certificate2? Joined, string? Problem) JoinRsa(X509Certificate2 certificate, string pem)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        return key.KeySize is >= MinRsaBits and <= MaxRsaBits
            ? (certificate.CopyWithPrivateKey(key), null) : (null, $"must have {MinRsaBits} to {MaxRsaBits} bits");
    }

    private static (X509Certificate2? Joined, string? Problem) JoinEc(X509Certificate2 certificate, string pem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return Curves.Contains(key.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value)
            ? (certificate.CopyWithPrivateKey(key), null) : (null, "must be of one of the curves P-256, P-384, P-521");
    }

    private static X509Certificate2? Certificate(ReadOnlySpan<char> base64)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(Convert.FromBase64String(base64.ToString()));
        }
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            return null;
        }
    }

    // A block that cannot be read is not found as one.
    private static bool HasBlock(string pem, int number) => pem.AsSpan().Count("-----BEGIN ") >= number;
}
