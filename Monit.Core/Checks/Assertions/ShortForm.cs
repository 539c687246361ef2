using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Monit.Core.Json;

namespace Monit.Core.Checks.Assertions;

/// <summary>
/// Assertions in one line: <c>source [property] op [value] [(degraded)]</c>, such as <c>status in 200-299</c> or
/// <c>json $.ok eq true</c>. A value may be written as JSON; otherwise it is taken as it stands, to the end of the line.
/// </summary>
public static class ShortForm
{
    // What the longest assertion takes: a list of texts in which each character is escaped.
    private const int MaxLength = JsonPath.MaxLength + 100 + AssertionParser.MaxItems * (6 * AssertionParser.MaxText + 3);
    private const string Degraded = "(degraded)";
    private const string Down = "(down)";

    /// <param name="problem">What is wrong, for people.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Assertion? assertion, [NotNullWhen(false)] out string? problem)
    {
        (assertion, problem) = (null, null);
        var rest = text.AsSpan().Trim();
        if (rest.Length > MaxLength)
            problem = $"is longer than {MaxLength} characters";
        else if (Array.IndexOf(AssertionWords.Sources, TakeWord(ref rest)) is var source && source < 0)
            problem = $"must begin with one of {string.Join(", ", AssertionWords.Sources)}";
        else
            problem = TryRest((AssertionSource)source, rest, out assertion);
        return problem is null;
    }

    /// <summary>The text that <see cref="TryParse"/> reads as this assertion. One line, unless its JSONPath has several.</summary>
    public static string Format(Assertion assertion)
    {
        var value = assertion.Value.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.String when assertion.Source != AssertionSource.Json && IsPlain(assertion.Value.GetString()!) => assertion.Value.GetString(),
            _ => JsonTexts.Write(assertion.Value),
        };
        return string.Join(' ', ((string?[])[assertion.Source.ToWire(), assertion.Property, assertion.Op.ToWire(), value,
            assertion.Severity == Severity.Degraded ? Degraded : null]).Where(part => part is not null));
    }

    private static string? TryRest(AssertionSource source, ReadOnlySpan<char> rest, out Assertion? assertion)
    {
        assertion = null;
        string? property = null;
        if (source == AssertionSource.Json)
        {
            if (!JsonPath.TryParseStart(rest[..Math.Min(rest.Length, JsonPath.MaxLength + 1)].ToString(), out var length, out var wrong))
                return $"has no JSONPath after json: {wrong}";
            property = rest[..length].ToString();
            rest = rest[length..].TrimStart();
        }
        else if (source == AssertionSource.Header || (source == AssertionSource.Latency && Array.IndexOf(AssertionWords.Phases, FirstWord(rest)) >= 0))
            property = TakeWord(ref rest);
        var op = Array.IndexOf(AssertionWords.Ops, TakeWord(ref rest));
        if (op < 0)
            return $"needs one of {string.Join(", ", AssertionWords.Ops)} after {source.ToWire()}{(property is null ? "" : $" {property}")}";
        var severity = rest.EndsWith(Degraded, StringComparison.Ordinal) ? Severity.Degraded : Severity.Down;
        foreach (var suffix in (ReadOnlySpan<string>)[Degraded, Down])
            if (rest.EndsWith(suffix, StringComparison.Ordinal))
            {
                rest = rest[..^suffix.Length].TrimEnd();
                break;
            }
        var read = new Assertion(source, property, (AssertionOp)op, rest.IsEmpty ? default : Value(source, (AssertionOp)op, rest), severity);
        if (AssertionParser.Problem(read) is var (field, message))
            return $"{field} {message}";
        assertion = read;
        return null;
    }

    private static JsonElement Value(AssertionSource source, AssertionOp op, ReadOnlySpan<char> text)
    {
        // Numbers and truth values are such only where a source has them: "body contains 5" looks for a text.
        var mayBeAny = source == AssertionSource.Json && op is not (AssertionOp.Contains or AssertionOp.NotContains or AssertionOp.Matches);
        var isNumbers = op == AssertionOp.In && source.IsNumber();
        if (TryJson(text) is { } json && !(isNumbers && json.ValueKind == JsonValueKind.Number) && (json.ValueKind is JsonValueKind.String or JsonValueKind.Array || mayBeAny || source.IsNumber() || op.IsOrder()))
            return json;
        if (op == AssertionOp.In && !isNumbers)
            return JsonSerializer.SerializeToElement(text.ToString().Split(',', StringSplitOptions.TrimEntries), JsonTexts.Default.StringArray);
        return JsonSerializer.SerializeToElement(text.ToString(), JsonTexts.Default.String);
    }

    private static JsonElement? TryJson(ReadOnlySpan<char> text)
    {
        try
        {
            return JsonElement.Parse(text) is { ValueKind: not JsonValueKind.Object } value ? value : null;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            // No JSON, or half a surrogate pair.
            return null;
        }
    }

    private static bool IsPlain(string text) =>
        text.Length > 0 && text.Trim() == text && !text.EndsWith(Degraded, StringComparison.Ordinal) && !text.EndsWith(Down, StringComparison.Ordinal)
        && TryJson(text)?.ValueKind is not (JsonValueKind.String or JsonValueKind.Array) && !text.Any(char.IsControl);

    private static string FirstWord(ReadOnlySpan<char> text) => TakeWord(ref text);

    private static string TakeWord(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(' ', '\t');
        var word = (end < 0 ? rest : rest[..end]).ToString();
        rest = end < 0 ? [] : rest[end..].TrimStart();
        return word;
    }
}
