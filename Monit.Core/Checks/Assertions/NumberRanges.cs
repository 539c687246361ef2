using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Monit.Core.Checks.Assertions;

/// <summary>Numbers and ranges of them, both ends included, such as <c>200-299,304</c>.</summary>
internal sealed class NumberRanges
{
    private readonly List<(decimal From, decimal To)> _ranges = [];

    public bool Contains(decimal number) => _ranges.Exists(range => range.From <= number && number <= range.To);

    public static bool TryParse(string text, [NotNullWhen(true)] out NumberRanges? ranges)
    {
        ranges = new NumberRanges();
        var parts = text.Split(',');
        foreach (var part in parts)
        {
            var ends = part.Trim().Split('-', 2);
            if (parts.Length > AssertionParser.MaxItems || !TryNumber(ends[0], out var from) || !TryNumber(ends[^1], out var to) || from > to)
            {
                ranges = null;
                return false;
            }
            ranges._ranges.Add((from, to));
        }
        return true;
    }

    private static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
