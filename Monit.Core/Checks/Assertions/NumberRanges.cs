using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Monit.Core.Checks.Assertions;

/// <summary>Numbers and ranges of them, both ends included, such as <c>200-299,304</c> or <c>-5-10</c>.</summary>
internal sealed class NumberRanges
{
    private readonly List<(decimal From, decimal To)> _ranges = [];

    public bool Contains(decimal number)
    {
        foreach (var (from, to) in _ranges)
            if (from <= number && number <= to)
                return true;
        return false;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out NumberRanges? ranges)
    {
        ranges = new NumberRanges();
        var parts = text.Split(',', AssertionParser.MaxItems + 1);
        foreach (var part in parts)
        {
            var range = part.AsSpan().Trim();
            // The first character may be a sign.
            var dash = range.Length > 1 ? range[1..].IndexOf('-') + 1 : 0;
            if (parts.Length > AssertionParser.MaxItems || !TryNumber(dash > 0 ? range[..dash] : range, out var from)
                || !TryNumber(dash > 0 ? range[(dash + 1)..] : range, out var to) || from > to)
            {
                ranges = null;
                return false;
            }
            ranges._ranges.Add((from, to));
        }
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        return !text.Contains('+') && decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}
