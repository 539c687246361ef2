using System.Buffers.Text;
using System.Globalization;

namespace Monit.Core.Text;

/// <summary>Parses the space-separated fields of a Redis value from left to right; <c>-</c> means null.</summary>
internal static class Fields
{
    public static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)' ');
        var field = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return field;
    }

    public static bool TryLong(ref ReadOnlySpan<byte> rest, out long value) => TryParse(Next(ref rest), out value);

    public static bool TryOptionalLong(ref ReadOnlySpan<byte> rest, out long? value)
    {
        var field = Next(ref rest);
        value = null;
        if (field is [(byte)'-'])
            return true;
        var ok = TryParse(field, out var number);
        value = number;
        return ok;
    }

    public static string Optional(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static bool TryParse(ReadOnlySpan<byte> field, out long value) =>
        Utf8Parser.TryParse(field, out value, out var used) && used == field.Length;
}
