using System.Text;
using System.Text.Encodings.Web;

namespace Monit.Core.Checks.Settings;

/// <summary>
/// Hides a monitor's secrets in texts that targets wrote, who may repeat what they were sent: as they are, and in the forms in which a
/// request or an answer may hold them (base64, percent-encoded, as JSON or HTML).
/// </summary>
public sealed class SecretMask
{
    /// <summary>Shorter ones are in too many texts by chance, and no secrets to speak of.</summary>
    private const int MinLength = 4;

    /// <summary>What stands where a text was shortened.</summary>
    private const string Cut = "…";

    public static SecretMask Nothing { get; } = new([]);

    private readonly string[] _forms;

    /// <param name="settings">With their secrets.</param>
    public static SecretMask Of(CheckSettings settings)
    {
        var secrets = new List<string>();
        settings.MapSecrets((_, value) =>
        {
            secrets.Add(value);
            return value;
        });
        if (settings.Request?.Auth?.Basic is { } basic)
            secrets.Add($"{basic.User}:{basic.Password}");
        return secrets.Count == 0 ? Nothing : new SecretMask(secrets);
    }

    private SecretMask(IEnumerable<string> secrets) => _forms = [.. secrets.Where(secret => secret.Length >= MinLength && secret != Secret.Mask)
        // Of several lines, such as a key, each one.
        .SelectMany(secret => secret.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Prepend(secret))
        .Where(text => text.Length >= MinLength && !text.StartsWith("-----", StringComparison.Ordinal))
        .SelectMany(FormsOf).Distinct().OrderByDescending(form => form.Length)];

    public string Apply(string text)
    {
        foreach (var form in _forms)
            text = text.Replace(form, Secret.Mask, StringComparison.OrdinalIgnoreCase);
        return _forms.Length > 0 && text.Contains(Cut, StringComparison.Ordinal) ? WithoutParts(text) : text;
    }

    // A text that was shortened may end within a secret.
    private string WithoutParts(string text)
    {
        for (var end = text.IndexOf(Cut, StringComparison.Ordinal); end >= 0; end = text.IndexOf(Cut, end + 1, StringComparison.Ordinal))
        {
            var before = text.AsMemory(0, end);
            var length = _forms.Max(form => PartAtTheEnd(before.Span, form));
            if (length >= MinLength)
                (text, end) = (string.Concat(before.Span[..^length], Secret.Mask, text.AsSpan(end)), end - length + Secret.Mask.Length);
        }
        return text;
    }

    /// <summary>The same for the beginning of a longer text, which may end within a secret.</summary>
    public string ApplyToPart(string text)
    {
        text = Apply(text);
        var length = _forms.Length == 0 ? 0 : _forms.Max(form => PartAtTheEnd(text, form));
        return length == 0 ? text : string.Concat(text.AsSpan(0, text.Length - length), Secret.Mask);
    }

    private static int PartAtTheEnd(ReadOnlySpan<char> text, string form)
    {
        for (var length = Math.Min(form.Length - 1, text.Length); length >= MinLength; length--)
            if (text[^length..].Equals(form.AsSpan(0, length), StringComparison.OrdinalIgnoreCase))
                return length;
        return 0;
    }

    private static IEnumerable<string> FormsOf(string secret) =>
    [
        secret,
        Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('='),
        Uri.EscapeDataString(secret),
        UrlEncoder.Default.Encode(secret),
        JavaScriptEncoder.Default.Encode(secret),
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
        HtmlEncoder.Default.Encode(secret),
    ];
}
