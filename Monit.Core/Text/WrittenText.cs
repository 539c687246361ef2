using System.Globalization;
using System.Text;

namespace Monit.Core.Text;

/// <summary>
/// The one rule for names and other lines that people enter: what is stored shows as it is and nothing else. It is asked when
/// something is written, and never on log-in or of what was stored before.
/// </summary>
public static class WrittenText
{
    /// <summary>What is refused, for an error message.</summary>
    public const string Rule = "without control, line-separator, text-direction or invisible characters";

    private const int Zwnj = 0x200C;
    private const int Zwj = 0x200D;

    /// <summary>
    /// Whether every character is one that readers see, or one that shapes its neighbours as writing systems and emoji need it;
    /// and whether there is anything to see at all. The empty text passes: its length is a rule of its own.
    /// </summary>
    public static bool IsClean(string text)
    {
        var (previous, visible) = (default(Rune), false);
        for (var at = 0; at < text.Length;)
        {
            // Half of a surrogate pair is no character.
            if (!Rune.TryGetRuneAt(text, at, out var rune))
                return false;
            at += rune.Utf16SequenceLength;
            var fits = rune.Value is Zwnj or Zwj ? Joins(previous, After(text, at))
                : IsVariationSelector(rune) ? TakesVariation(previous) : !IsRefused(rune);
            if (!fits)
                return false;
            visible |= IsVisible(rune);
            previous = rune;
        }
        return visible || text.Length == 0;
    }

    /// <summary>Whether it is refused wherever it stands.</summary>
    internal static bool IsRefused(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Format: direction (bidi) controls, zero-width spaces, the word joiner, the byte order mark, tags.
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned => true,
        // Invisible, though Unicode counts them among letters, marks and symbols: the combining grapheme joiner, fillers of Hangul
        // and Khitan, inherent vowels of Khmer, the empty note head, the place of an embedded object.
        _ => rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 or 0xFFFC or 0x16FE4 or 0x1D159,
    };

    // Nothing is as if a control character followed.
    private static Rune After(string text, int at) => at < text.Length && Rune.TryGetRuneAt(text, at, out var next) ? next : default;

    private static bool IsVisible(Rune rune) => rune.Value != 0x2800 && Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => false,
        _ => true,
    };

    // Joiners shape words in Arabic, the scripts of India and their kin, and hold emoji together. Elsewhere they only hide.
    private static bool Joins(Rune previous, Rune next) =>
        !IsRefused(next) && !IsVariationSelector(next) && Rune.GetUnicodeCategory(next) != UnicodeCategory.SpaceSeparator
        && (IsEmojiPart(previous) ? Rune.GetUnicodeCategory(next) == UnicodeCategory.OtherSymbol : IsOfJoiningScript(previous) && IsOfJoiningScript(next));

    private static bool IsEmojiPart(Rune rune) =>
        rune.Value is 0xFE0F or >= 0x1F3FB and <= 0x1F3FF || Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherSymbol;

    // Arabic to Mongolian, with the marks of India; its later blocks; Brahmi and its kin, Adlam.
    private static bool IsOfJoiningScript(Rune rune) =>
        rune.Value is >= 0x0600 and <= 0x109F or >= 0x1700 and <= 0x1CFF or >= 0xA800 and <= 0xABFF or >= 0x10A00 and <= 0x11FFF or >= 0x1E900 and <= 0x1E95F
        && (Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

    private static bool IsVariationSelector(Rune rune) =>
        rune.Value is >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF or >= 0x180B and <= 0x180D or 0x180F;

    // Emoji, keycaps (#, *, digits) and ideographs have variants; Latin letters and their like have none.
    private static bool TakesVariation(Rune previous) => Rune.GetUnicodeCategory(previous) switch
    {
        UnicodeCategory.OtherLetter or UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.DecimalDigitNumber => true,
        _ => previous.Value is '#' or '*' or >= 0x2000 && !IsVariationSelector(previous) && previous.Value is not (Zwnj or Zwj) && IsVisible(previous),
    };
}
