using System.Diagnostics.CodeAnalysis;

namespace Monit.Alerts.Channels;

internal static class OneLine
{
    /// <summary>
    /// Converts untrusted text to one line of at most <paramref name="maxLength"/> characters, without line breaks (header
    /// injection) and control characters (rejected by SQL).
    /// </summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text, int maxLength)
    {
        if (text is null)
            return null;
        var line = string.Concat(text.EnumerateRunes().Select(rune =>
            System.Text.Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? " " : rune.ToString())).Trim();
        if (line.Length <= maxLength)
            return line;
        var end = char.IsHighSurrogate(line[maxLength - 2]) ? maxLength - 2 : maxLength - 1;
        return line[..end] + "…";
    }
}
