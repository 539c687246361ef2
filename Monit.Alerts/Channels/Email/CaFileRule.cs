using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Monit.Alerts.Channels.Email;

/// <summary><c>Smtp:CaFile</c> must hold certificates.</summary>
internal sealed class CaFileRule : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        try
        {
            return Read(options.CaFile) is { Count: 0 }
                ? ValidateOptionsResult.Fail($"Smtp:CaFile: {options.CaFile} holds no certificate in PEM form.")
                : ValidateOptionsResult.Success;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return ValidateOptionsResult.Fail($"Smtp:CaFile: {options.CaFile} cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>The certificates of a file; null if none is set.</summary>
    public static X509Certificate2Collection? Read(string? file)
    {
        if (string.IsNullOrWhiteSpace(file))
            return null;
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates;
    }
}
