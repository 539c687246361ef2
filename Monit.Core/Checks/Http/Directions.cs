using System.Globalization;
using System.Text;

namespace Monit.Core.Checks.Http;

/// <summary>
/// Whether each label of a name is written in one direction (the rule of RFC 5893, section 2): whether .NET checks that depends
/// on the data that a machine has for globalization, and what the API takes must not.
/// </summary>
internal static class Directions
{
    // The blocks of scripts that run from right to left.
    private static readonly (int First, int Last)[] RightToLeft = [(0x590, 0x8ff), (0xfb1d, 0xfdff), (0xfe70, 0xfefe), (0x10800, 0x10fff), (0x1e800, 0x1efff)];

    public static bool AreClear(string host)
    {
        // The dots of IDNA, which other scripts have of their own.
        foreach (var label in host.Split('.', '\u3002', '\uff0e', '\uff61'))
            if (!IsClear(label.EnumerateRunes().Where(rune => !IsMark(rune)).ToList()))
                return false;
        return true;
    }

    private static bool IsClear(List<Rune> label) =>
        !label.Exists(IsRightToLeft)
        || (IsRightToLeft(label[0]) && !label.Exists(rune => Rune.IsLetter(rune) && !IsRightToLeft(rune))
            && (IsRightToLeft(label[^1]) || Rune.IsDigit(label[^1])));

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;

    // Their digits are written from left to right, and begin no label.
    private static bool IsRightToLeft(Rune rune) => !Rune.IsDigit(rune) && Array.Exists(RightToLeft, block => rune.Value >= block.First && rune.Value <= block.Last);
}
