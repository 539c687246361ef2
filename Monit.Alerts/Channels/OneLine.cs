using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Monit.Alerts.Channels;

internal static class OneLine
{
    /// <summary>
    /// Converts untrusted text to one line of at most <paramref name="maxLength"/> characters. Line breaks (header injection)
    /// and control characters (rejected by SQL) become blanks. What nobody sees, but what makes a text look like another one
    /// (direction, zero width), is left out.
    /// </summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text, int maxLength)
    {
        if (text is null)
            return null;
        var line = string.Concat(text.EnumerateRunes().Select(Shown)).Trim();
        if (line.Length <= maxLength)
            return line;
        var end = char.IsHighSurrogate(line[maxLength - 2]) ? maxLength - 2 : maxLength - 1;
        return line[..end] + "…";
    }

    private static string Shown(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => " ",
        UnicodeCategory.Format => "",
        // Letters and marks that are invisible by definition (Default_Ignorable_Code_Point).
        _ when rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 or (>= 0x180B and <= 0x180F)
            or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF) => "",
        _ => rune.ToString(),
    };
}
