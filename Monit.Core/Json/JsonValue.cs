using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Monit.Core.Json;

/// <summary>A value that is compared: of the document, of the query, or a number that was computed.</summary>
internal readonly struct JsonValue
{
    // As many digits fit a decimal whatever they are.
    private const int MaxDecimal = 28;

    private readonly JsonElement _element;
    private readonly decimal? _number;

    public JsonValue(JsonElement element)
    {
        _element = element;
        if (element.ValueKind == JsonValueKind.Number && TryDecimal(JsonMarshal.GetRawUtf8Value(element)) is { } number)
            _number = number;
    }

    public JsonValue(decimal number) => _number = number;

    public bool IsNumber => _number is not null || _element.ValueKind == JsonValueKind.Number;

    /// <summary>Null unless it is a text. A text with half a surrogate pair is none.</summary>
    public string? Text
    {
        get
        {
            if (_element.ValueKind != JsonValueKind.String)
                return null;
            try
            {
                return _element.GetString();
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    /// <summary>Characters (not UTF-16 units), items or properties; null of anything else.</summary>
    public int? Length => _element.ValueKind switch
    {
        JsonValueKind.String => Text?.EnumerateRunes().Count(),
        JsonValueKind.Array => _element.GetArrayLength(),
        JsonValueKind.Object => _element.GetPropertyCount(),
        _ => null,
    };

    /// <summary>How many bytes are looked at, at most, when it is read or compared.</summary>
    public int Size => _element.ValueKind is JsonValueKind.Undefined ? 0 : JsonMarshal.GetRawUtf8Value(_element).Length;

    public static bool AreEqual(JsonValue left, JsonValue right)
    {
        if (left.IsNumber || right.IsNumber)
            return left.IsNumber && right.IsNumber && CompareNumbers(left, right) == 0;
        try
        {
            return JsonElement.DeepEquals(left._element, right._element);
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            // Half a surrogate pair, or an exponent that .NET does not compare.
            return JsonMarshal.GetRawUtf8Value(left._element).SequenceEqual(JsonMarshal.GetRawUtf8Value(right._element));
        }
    }

    public static bool IsLess(JsonValue left, JsonValue right)
    {
        if (left.IsNumber && right.IsNumber)
            return CompareNumbers(left, right) < 0;
        return left.Text is { } text && right.Text is { } than && CompareTexts(text, than) < 0;
    }

    /// <summary>Compares two numbers exactly.</summary>
    public static int CompareNumbers(JsonValue left, JsonValue right)
    {
        if (left._number is { } one && right._number is { } other)
            return one.CompareTo(other);
        Span<byte> leftText = stackalloc byte[32], rightText = stackalloc byte[32];
        return JsonNumber.Compare(left.Number(leftText), right.Number(rightText));
    }

    private JsonNumber Number(Span<byte> buffer)
    {
        if (_element.ValueKind == JsonValueKind.Number)
            return new JsonNumber(JsonMarshal.GetRawUtf8Value(_element));
        // 29 digits, sign and point.
        _number!.Value.TryFormat(buffer, out var length, default, CultureInfo.InvariantCulture);
        return new JsonNumber(buffer[..length]);
    }

    private static decimal? TryDecimal(ReadOnlySpan<byte> text) =>
        text.Length <= MaxDecimal && text.IndexOfAny((byte)'e', (byte)'E') < 0 && Utf8Parser.TryParse(text, out decimal number, out _) ? number : null;

    // By characters, not by UTF-16 units.
    private static int CompareTexts(string left, string right)
    {
        var (one, other) = (left.EnumerateRunes(), right.EnumerateRunes());
        while (true)
        {
            var (more, otherMore) = (one.MoveNext(), other.MoveNext());
            if (!more || !otherMore)
                return more.CompareTo(otherMore);
            if (one.Current != other.Current)
                return one.Current.CompareTo(other.Current);
        }
    }
}
