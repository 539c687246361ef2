using System.Globalization;

namespace Monit.Core.Monitors;

/// <summary>Takes space-separated fields off the front of a compact Redis value; a lone <c>-</c> is "none".</summary>
internal static class Fields
{
    public static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(' ');
        var field = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return field;
    }

    public static bool TryLong(ref ReadOnlySpan<char> rest, out long value) =>
        long.TryParse(Next(ref rest), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public static bool TryOptionalLong(ref ReadOnlySpan<char> rest, out long? value)
    {
        var field = Next(ref rest);
        value = null;
        if (field is "-")
            return true;
        var ok = long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return ok;
    }

    public static string Optional(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
