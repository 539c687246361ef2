using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;
using Monit.Core.Json;

namespace Monit.Tests.Json;

public sealed class JsonNumberTests
{
    private static int Compare(string left, string right) =>
        Math.Sign(JsonNumber.Compare(new JsonNumber(Encoding.ASCII.GetBytes(left)), new JsonNumber(Encoding.ASCII.GetBytes(right))));

    [Theory]
    [InlineData("1", "1.0", 0), InlineData("0", "-0.00e5", 0), InlineData("10", "1e1", 0), InlineData("0.001", "1E-3", 0), InlineData("1200e-2", "12", 0), InlineData("-1", "1", -1), InlineData("-2", "-1", -1)]
    [InlineData("1e400", "1e500", -1), InlineData("-1e400", "-1e500", 1), InlineData("1e-400", "0", 1), InlineData("1e-400", "1e-500", 1), InlineData("0", "1e-99999999999999999999", -1)]
    [InlineData("9007199254740993", "9007199254740992", 1), InlineData("123456789012345678901234567890", "123456789012345678901234567891", -1)]
    [InlineData("1.00000000000000000000000000000000000001", "1", 1), InlineData("1e99999999999999999999999", "9e999", 1), InlineData("0.10", "0.1", 0), InlineData("100.05", "100.5", -1)]
    public void Order_IsExact(string left, string right, int expected)
    {
        Assert.Equal(expected, Compare(left, right));
        Assert.Equal(-expected, Compare(right, left));
    }

    [Fact]
    public void Order_IsThatOfIntegers() => Gen.Select(Number, Number).Sample((left, right) =>
        Assert.Equal(left.Value.CompareTo(right.Value), Compare(left.Text, right.Text)), iter: 20_000);

    // In units of 10^-60.
    private static readonly Gen<(string Text, BigInteger Value)> Number =
        Gen.Select(Gen.Bool, Gen.OneOf(Gen.Long[0, 20], Gen.Long[0, long.MaxValue]), Gen.Int[0, 20], Gen.Int[-20, 20], (isNegative, digits, point, exponent) =>
        {
            var text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(point + 1, '0');
            text = point == 0 ? text : $"{text[..^point]}.{text[^point..]}";
            var value = new BigInteger(digits) * BigInteger.Pow(10, 60 - point + exponent);
            return ($"{(isNegative ? "-" : "")}{text}{(exponent == 0 ? "" : $"e{exponent}")}", isNegative ? -value : value);
        });
}
