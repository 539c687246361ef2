using Monit.Core.Validation;

namespace Monit.Core.Checks.Settings;

/// <summary>Separates a monitor's settings from their secrets, and puts them together again. Pure.</summary>
public static class Secrets
{
    /// <summary>Replaces each secret by <see cref="Secret.Mask"/>.</summary>
    /// <param name="given">With secrets, or the mask where the stored one is to be kept.</param>
    /// <param name="stored">By path; what <see cref="Secret.Mask"/> refers to.</param>
    /// <param name="secrets">By path, those of <paramref name="given"/>.</param>
    /// <param name="errors">Gets an error for each mask that refers to nothing.</param>
    public static CheckSettings TakeOut(
        CheckSettings given, IReadOnlyDictionary<string, string> stored, out IReadOnlyDictionary<string, string> secrets, ICollection<FieldError> errors)
    {
        var taken = new Dictionary<string, string>();
        var masked = given.MapSecrets((path, value) =>
        {
            if (value != Secret.Mask)
                taken[path] = value;
            else if (stored.TryGetValue(path, out var known))
                taken[path] = known;
            else
                errors.Add(new FieldError(path, "must be given: there is no stored secret in this place that *** could keep"));
            return Secret.Mask;
        });
        secrets = taken;
        return masked;
    }

    /// <summary>The settings with their secrets in place.</summary>
    /// <exception cref="KeyNotFoundException">One is missing.</exception>
    public static CheckSettings PutIn(CheckSettings masked, IReadOnlyDictionary<string, string> secrets) =>
        masked.MapSecrets((path, _) => secrets[path]);

    /// <summary>The settings with each secret masked.</summary>
    public static CheckSettings Masked(CheckSettings settings) => settings.MapSecrets((_, _) => Secret.Mask);

    /// <summary>Whom a monitor's secrets are for: scheme, host and port, such as <c>https://example.org:443</c>; empty if the URL has none.</summary>
    public static string OriginOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IdnHost.Length > 0 ? $"{uri.Scheme}://{uri.IdnHost.ToLowerInvariant()}:{uri.Port}" : "";
}
