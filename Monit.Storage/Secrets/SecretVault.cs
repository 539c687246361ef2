using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;

namespace Monit.Storage.Secrets;

/// <summary>
/// Encrypts the secrets of a monitor, by ASP.NET's Data Protection, for SQL and Redis. They are bound to whom they are for, so that
/// no change of the URL, by whatever process, leads them to somebody else.
/// </summary>
/// <param name="keys">Null: they never change.</param>
public sealed class SecretVault(IDataProtectionProvider protection, IKeyRing? keys = null)
{
    // On first use: without keys a process works as long as no monitor has secrets.
    private IDataProtector Protector => field ??= protection.CreateProtector("Monit.Monitors.Secrets.v1");

    /// <param name="origin">Whom they are for.</param>
    /// <param name="secrets">By path.</param>
    /// <returns>Null if there are none.</returns>
    /// <exception cref="InvalidOperationException">There are no keys; the message says what to set.</exception>
    public string? Seal(string origin, IReadOnlyDictionary<string, string> secrets) => secrets.Count == 0 ? null
        : Protector.Protect(JsonSerializer.Serialize(new Content(origin, secrets), SecretJson.Default.Content));

    /// <returns>Null if they are for another origin. Empty if there are none.</returns>
    /// <exception cref="CryptographicException">They cannot be decrypted: the keys are lost, or others.</exception>
    /// <exception cref="InvalidOperationException">There are no keys; the message says what to set.</exception>
    public IReadOnlyDictionary<string, string>? Open(string? secrets, string origin)
    {
        if (secrets is null)
            return new Dictionary<string, string>();
        var content = JsonSerializer.Deserialize(Unprotect(secrets), SecretJson.Default.Content)!;
        return content.Origin == origin ? content.Secrets : null;
    }

    private string Unprotect(string secrets)
    {
        try
        {
            return Protector.Unprotect(secrets);
        }
        catch (CryptographicException) when (keys?.Refresh() == true)
        {
            return Protector.Unprotect(secrets);
        }
    }

    internal sealed record Content(string Origin, IReadOnlyDictionary<string, string> Secrets);
}

[JsonSerializable(typeof(SecretVault.Content))]
internal sealed partial class SecretJson : JsonSerializerContext;
