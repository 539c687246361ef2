using System.Text.Json;

namespace Monit.Core.Json;

/// <summary>A value that is compared: of the document, of the query, or a count.</summary>
internal readonly struct JsonValue
{
    private readonly JsonElement _element;
    private readonly long? _count;

    public JsonValue(JsonElement element) => _element = element;

    public JsonValue(long count) => _count = count;

    /// <summary>Null unless it is a text. A text with half a surrogate pair is none.</summary>
    public string? Text
    {
        get
        {
            if (_count is not null || _element.ValueKind != JsonValueKind.String)
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
    public long? Length => _count is not null ? null : _element.ValueKind switch
    {
        JsonValueKind.String => Text?.EnumerateRunes().Count(),
        JsonValueKind.Array => _element.GetArrayLength(),
        JsonValueKind.Object => _element.GetPropertyCount(),
        _ => null,
    };

    public static bool AreEqual(JsonValue left, JsonValue right)
    {
        if (left.IsNumber && right.IsNumber)
            return CompareNumbers(left, right) == 0;
        if (left._count is not null || right._count is not null)
            return false;
        try
        {
            return JsonElement.DeepEquals(left._element, right._element);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return left._element.GetRawText() == right._element.GetRawText();
        }
    }

    public static bool IsLess(JsonValue? left, JsonValue? right)
    {
        if (left is not { } one || right is not { } other)
            return false;
        if (one.IsNumber && other.IsNumber)
            return CompareNumbers(one, other) < 0;
        return one.Text is { } text && other.Text is { } than && CompareTexts(text, than) < 0;
    }

    private bool IsNumber => _count is not null || _element.ValueKind == JsonValueKind.Number;

    // Exactly, where both fit a decimal.
    public static int CompareNumbers(JsonValue left, JsonValue right) =>
        left.TryDecimal(out var one) && right.TryDecimal(out var other) ? one.CompareTo(other) : left.Double.CompareTo(right.Double);

    private bool TryDecimal(out decimal value)
    {
        value = _count ?? 0;
        return _count is not null || (_element.TryGetDecimal(out value) && (value != 0 || Double == 0));
    }

    // Beyond the range of a double: infinite.
    private double Double => _count ?? (_element.TryGetDouble(out var value) ? value : 0);

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
