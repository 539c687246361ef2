using System.Globalization;

namespace Monit.Core.Checks.Assertions;

/// <summary>
/// Texts in one short line. Answers are hostile: nothing of them may break the line, or turn it around. What is asserted may be a list of
/// a hundred long values, and a detail that a store refuses for its length would keep an incident from being opened.
/// </summary>
internal static class ShownText
{
    /// <param name="max">Characters; if there are more, an ellipsis follows them.</param>
    public static string Of(string text, int max)
    {
        var shown = text.Length > max ? string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[max - 1]) ? max - 1 : max), "…") : text;
        return string.Create(shown.Length, shown, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) || char.GetUnicodeCategory(source[i]) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator ? ' ' : source[i];
        });
    }
}
