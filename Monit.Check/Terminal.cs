using System.Globalization;
using System.Text;

namespace Monit.Check;

/// <summary>
/// Makes texts of targets harmless to a terminal: no escape sequence, no control character, nothing that turns a line around or
/// hides a part of it.
/// </summary>
internal static class Terminal
{
    /// <summary>One line; what breaks it becomes a space.</summary>
    public static string Line(string text) => Clean(text, keepsLines: false);

    /// <summary>As many lines as it has.</summary>
    public static string Lines(string text) => Clean(text.ReplaceLineEndings("\n"), keepsLines: true);

    private static string Clean(string text, bool keepsLines)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value switch
            {
                '\n' when keepsLines => "\n",
                '\t' or '\n' or '\r' => " ",
                _ => IsHarmless(rune) ? rune.ToString() : "\ufffd",
            });
        return clean.ToString();
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
}
