using System.Globalization;
using System.Text.Json;
using Monit.Core.Json;
using Monit.Core.Validation;

namespace Monit.Core.Checks.Assertions;

/// <summary>Reads assertions as the API takes them, and checks all that can be known before a check runs.</summary>
public static class AssertionParser
{
    /// <summary>The most assertions of a monitor.</summary>
    public const int MaxCount = 20;
    /// <summary>The most items of a list, and ranges.</summary>
    public const int MaxItems = 100;
    /// <summary>The longest text, in UTF-16 code units.</summary>
    public const int MaxText = 2000;

    private static readonly string[] Names = ["source", "property", "op", "value", "severity"];

    /// <summary>Reads a list; adds an error, with the path of the field, for each thing that is wrong.</summary>
    /// <param name="path">The field that holds the list, such as <c>assertions</c>.</param>
    public static IReadOnlyList<Assertion> Read(JsonElement list, string path, ICollection<FieldError> errors)
    {
        if (list.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return [];
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxCount)
        {
            errors.Add(new FieldError(path, $"must be a list of at most {MaxCount} assertions"));
            return [];
        }
        var read = new List<Assertion>();
        foreach (var (position, item) in list.EnumerateArray().Index())
            if (ReadOne(item, $"{path}[{position}]", errors) is { } assertion)
                read.Add(assertion);
        return read;
    }

    /// <summary>Reads one assertion: an object, or its short form as a text. Null, with an error added, if it is not valid.</summary>
    public static Assertion? ReadOne(JsonElement item, string path, ICollection<FieldError> errors)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            if (ShortForm.TryParse(item.GetString()!, out var parsed, out var problem))
                return parsed;
            errors.Add(new FieldError(path, problem));
            return null;
        }
        if (item.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError(path, "must be an object with source, op and value, or a text such as \"status in 200-299\""));
            return null;
        }
        var unknown = item.EnumerateObject().Select(property => property.Name).Except(Names).ToList();
        foreach (var name in unknown)
            errors.Add(new FieldError($"{path}.{name}", "is not a field of an assertion"));
        var source = Word(item, "source", AssertionWords.Sources, path, errors);
        var op = Word(item, "op", AssertionWords.Ops, path, errors);
        var severity = item.TryGetProperty("severity", out var given) && given.ValueKind != JsonValueKind.Null ? Word(item, "severity", ["down", "degraded"], path, errors) : 0;
        if (source is null || op is null || severity is null || unknown.Count > 0)
            return null;
        var property = item.TryGetProperty("property", out var named) && named.ValueKind != JsonValueKind.Null ? named : default;
        if (property.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.String))
        {
            errors.Add(new FieldError($"{path}.property", "must be a text"));
            return null;
        }
        // JSON's null is a value to compare with, so what is absent differs from it.
        item.TryGetProperty("value", out var value);
        var assertion = new Assertion((AssertionSource)source, property.ValueKind == JsonValueKind.String ? property.GetString() : null,
            (AssertionOp)op, value.ValueKind == JsonValueKind.Undefined ? default : value.Clone(), (Severity)severity);
        return Problem(assertion) is not var (field, message) ? assertion : Refused($"{path}.{field}", message);

        Assertion? Refused(string where, string what)
        {
            errors.Add(new FieldError(where, what));
            return null;
        }
    }

    /// <summary>What is wrong with an assertion, and in which of its fields; null if nothing.</summary>
    internal static (string Field, string Message)? Problem(Assertion assertion)
    {
        var (source, op) = (assertion.Source, assertion.Op);
        if (!AssertionWords.OpsOf(source).Contains(op.ToWire()))
            return ("op", $"must be one of {string.Join(", ", AssertionWords.OpsOf(source))} for {source.ToWire()}");
        if (PropertyProblem(source, assertion.Property) is { } property)
            return ("property", property);
        return ValueProblem(source, op, assertion.Value) is { } value ? ("value", value) : null;
    }

    private static string? PropertyProblem(AssertionSource source, string? property)
    {
        switch (source)
        {
            case AssertionSource.Header:
                return property is { Length: > 0 and <= 100 } && property.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c))
                    ? null : "must be a header's name of at most 100 characters";
            case AssertionSource.Json:
                return property is null ? "must be a JSONPath, such as $.ok" : JsonPath.TryParse(property, out _, out var problem) ? null : $"is no JSONPath: {problem}";
            case AssertionSource.Latency:
                return property is null || AssertionWords.Phases.Contains(property) ? null : $"must be one of {string.Join(", ", AssertionWords.Phases)}";
            default:
                return property is null ? null : $"must be absent for {source.ToWire()}";
        }
    }

    private static string? ValueProblem(AssertionSource source, AssertionOp op, JsonElement value)
    {
        if (!op.HasValue())
            return value.ValueKind == JsonValueKind.Undefined ? null : $"must be absent for {op.ToWire()}";
        if (value.ValueKind == JsonValueKind.Undefined)
            return "is required";
        if (op == AssertionOp.In)
            return ListProblem(source, value);
        if (op.IsOrder() || source.IsNumber())
            return value.ValueKind == JsonValueKind.Number ? null : "must be a number";
        if (op == AssertionOp.Matches)
            return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= MatchExpression.MaxLength } pattern && MatchExpression.TryCreate(pattern, out _)
                ? null : $"must be a regular expression of at most {MatchExpression.MaxLength} characters, without look-around and back-references";
        if (op is AssertionOp.Contains or AssertionOp.NotContains || source != AssertionSource.Json)
            return IsText(value) && (op is not (AssertionOp.Contains or AssertionOp.NotContains) || value.GetString()!.Length > 0)
                ? null : $"must be a text of 1 to {MaxText} characters";
        return value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null || IsText(value)
            ? null : $"must be a number, a text of at most {MaxText} characters, true, false or null";
    }

    private static string? ListProblem(AssertionSource source, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && source.IsNumber())
            return NumberRanges.TryParse(value.GetString()!, out _) ? null : "must be a list of numbers, or ranges such as \"200-299,304\"";
        var isScalar = source.IsNumber() ? (Func<JsonElement, bool>)(item => item.ValueKind == JsonValueKind.Number)
            : source == AssertionSource.Json ? item => IsText(item) || item.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null
            : IsText;
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is >= 1 and <= MaxItems && value.EnumerateArray().All(isScalar)
            ? null : string.Create(CultureInfo.InvariantCulture, $"must be a list of 1 to {MaxItems} {(source.IsNumber() ? "numbers, or ranges such as \"200-299,304\"" : "values")}");
    }

    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= MaxText;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return false;
        }
    }

    private static int? Word(JsonElement item, string name, string[] words, string path, ICollection<FieldError> errors)
    {
        var found = item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && IsText(value) ? Array.IndexOf(words, value.GetString()) : -1;
        if (found >= 0)
            return found;
        errors.Add(new FieldError($"{path}.{name}", $"must be one of {string.Join(", ", words)}"));
        return null;
    }
}
