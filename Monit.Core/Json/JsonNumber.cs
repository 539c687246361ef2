namespace Monit.Core.Json;

/// <summary>
/// A number as JSON writes it, of any length and exponent, for exact comparison: ±0.d₁d₂… × 10^scale with d₁ ≠ 0.
/// Exponents beyond ±10¹⁵ count as that.
/// </summary>
internal readonly ref struct JsonNumber
{
    private const long MaxExponent = 1_000_000_000_000_000;

    private readonly ReadOnlySpan<byte> _digits;
    private readonly long _scale;
    private readonly int _sign;

    /// <param name="text">A valid number of JSON.</param>
    public JsonNumber(ReadOnlySpan<byte> text)
    {
        _sign = text[0] == '-' ? -1 : 1;
        text = _sign < 0 ? text[1..] : text;
        var mark = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf((byte)'.');
        var first = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0)
        {
            _sign = 0;
            return;
        }
        _digits = mantissa[first..];
        var whole = point < 0 ? mantissa.Length : point;
        _scale = (mark < 0 ? 0 : Exponent(text[(mark + 1)..])) + (first < whole ? whole - first : whole + 1 - first);
    }

    public static int Compare(JsonNumber left, JsonNumber right)
    {
        if (left._sign != right._sign || left._sign == 0)
            return left._sign.CompareTo(right._sign);
        var order = left._scale.CompareTo(right._scale);
        var one = left._digits;
        var other = right._digits;
        while (order == 0 && (one.Length > 0 || other.Length > 0))
            order = Take(ref one).CompareTo(Take(ref other));
        return order * left._sign;
    }

    private static int Take(ref ReadOnlySpan<byte> digits)
    {
        if (digits is [(byte)'.', ..])
            digits = digits[1..];
        if (digits.IsEmpty)
            return 0;
        var digit = digits[0] - '0';
        digits = digits[1..];
        return digit;
    }

    private static long Exponent(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        var exponent = 0L;
        foreach (var digit in text[0] is (byte)'-' or (byte)'+' ? text[1..] : text)
            exponent = Math.Min(exponent * 10 + digit - '0', MaxExponent);
        return isNegative ? -exponent : exponent;
    }
}
