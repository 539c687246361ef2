using System.Security.Cryptography;
using System.Text;

namespace Monit.ServiceDefaults.KeyRing;

/// <summary>AES-256-GCM with a key derived from <c>DataProtection:Key</c> by HKDF.</summary>
internal sealed class KeyCipher(string secret)
{
    private const string Format = "v1.";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), outputLength: 32, info: "Monit data protection keys"u8.ToArray());

    /// <returns>The format's number, then nonce, ciphertext and tag in base64.</returns>
    public string Encrypt(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedText = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = sealedText.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, plain, sealedText.AsSpan(NonceBytes, plain.Length), sealedText.AsSpan(NonceBytes + plain.Length));
        return Format + Convert.ToBase64String(sealedText);
    }

    /// <returns>Null if it was encrypted with another key, or is damaged.</returns>
    public string? Decrypt(string ciphertext)
    {
        try
        {
            if (!ciphertext.StartsWith(Format, StringComparison.Ordinal)
                || Convert.FromBase64String(ciphertext[Format.Length..]) is not { Length: >= NonceBytes + TagBytes } sealedText)
                return null;
            var plain = new byte[sealedText.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(_key, TagBytes);
            aes.Decrypt(sealedText.AsSpan(0, NonceBytes), sealedText.AsSpan(NonceBytes, plain.Length), sealedText.AsSpan(NonceBytes + plain.Length), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception wrong) when (wrong is FormatException or CryptographicException)
        {
            return null;
        }
    }
}
