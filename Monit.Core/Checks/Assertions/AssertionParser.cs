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

    private const int MaxShownName = 100;
    private const string AddressProblem = "must be an IP address, or a network such as 10.0.0.0/8";

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
            var problem = "has half a surrogate pair";
            if (TextOf(item) is { } text && ShortForm.TryParse(text, out var parsed, out problem))
                return parsed;
            errors.Add(new FieldError(path, problem!));
            return null;
        }
        if (item.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError(path, "must be an object with source, op and value, or a text such as \"status in 200-299\""));
            return null;
        }
        var before = errors.Count;
        var fields = FieldsOf(item, path, errors);
        var source = Word(fields, "source", AssertionWords.Sources, path, errors);
        var op = Word(fields, "op", AssertionWords.Ops, path, errors);
        var severity = fields.GetValueOrDefault("severity").ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null) ? Word(fields, "severity", ["down", "degraded"], path, errors) : 0;
        if (source is null || op is null || severity is null || errors.Count > before)
            return null;
        string? property = null;
        if (fields.GetValueOrDefault("property") is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } named && (property = TextOf(named)) is null)
            return Refused($"{path}.property", "must be a text");
        // JSON's null is a value to compare with, so what is absent differs from it.
        var value = fields.TryGetValue("value", out var given) ? given.Clone() : default;
        var assertion = new Assertion((AssertionSource)source, property, (AssertionOp)op, value, (Severity)severity);
        return Problem(assertion) is not var (field, message) ? assertion : Refused($"{path}.{field}", message);

        Assertion? Refused(string where, string what)
        {
            errors.Add(new FieldError(where, what));
            return null;
        }
    }

    // Adds errors if there are others than those of an assertion, or one twice.
    private static Dictionary<string, JsonElement> FieldsOf(JsonElement item, string path, ICollection<FieldError> errors)
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (var field in item.EnumerateObject())
        {
            var name = NameOf(field);
            if (name is null || Array.IndexOf(Names, name) < 0)
                errors.Add(new FieldError(name is { Length: <= MaxShownName } ? $"{path}.{name}" : path, "is not a field of an assertion"));
            else if (!fields.TryAdd(name, field.Value))
                errors.Add(new FieldError($"{path}.{name}", "is given twice"));
        }
        return fields;
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
            return TextOf(value) is { Length: <= MatchExpression.MaxLength } pattern && MatchExpression.TryCreate(pattern, out _)
                ? null : $"must be a regular expression of at most {MatchExpression.MaxLength} characters, without look-around and back-references";
        if (op is AssertionOp.Contains or AssertionOp.NotContains)
            return IsText(value, 1) ? null : $"must be a text of 1 to {MaxText} characters";
        if (source == AssertionSource.Ip)
            return IsAddress(value) ? null : AddressProblem;
        if (source != AssertionSource.Json)
            return IsText(value) ? null : $"must be a text of at most {MaxText} characters";
        return value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null || IsText(value)
            ? null : $"must be a number, a text of at most {MaxText} characters, true, false or null";
    }

    private static string? ListProblem(AssertionSource source, JsonElement value)
    {
        if (source.IsNumber() && TextOf(value) is { } ranges)
            return NumberRanges.TryParse(ranges, out _) ? null : "must be a list of numbers, or ranges such as \"200-299,304\"";
        Func<JsonElement, bool> isItem = source.IsNumber() ? item => item.ValueKind == JsonValueKind.Number
            : source == AssertionSource.Json ? item => IsText(item) || item.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null
            : item => IsText(item);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > MaxItems || !value.EnumerateArray().All(isItem))
            return string.Create(CultureInfo.InvariantCulture, $"must be a list of 1 to {MaxItems} {(source.IsNumber() ? "numbers, or ranges such as \"200-299,304\"" : "values")}");
        return source != AssertionSource.Ip || value.EnumerateArray().All(IsAddress) ? null : AddressProblem;
    }

    private static bool IsText(JsonElement value, int min = 0) => TextOf(value) is { } text && text.Length >= min && text.Length <= MaxText;

    private static bool IsAddress(JsonElement value) => TextOf(value) is { } text && IpText.IsValid(text);

    // Null of what is none, which includes half a surrogate pair.
    private static string? TextOf(JsonElement value) => new JsonValue(value).Text;

    private static string? NameOf(JsonProperty field)
    {
        try
        {
            return field.Name;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return null;
        }
    }

    private static int? Word(Dictionary<string, JsonElement> fields, string name, string[] words, string path, ICollection<FieldError> errors)
    {
        var found = Array.IndexOf(words, TextOf(fields.GetValueOrDefault(name)));
        if (found >= 0)
            return found;
        errors.Add(new FieldError($"{path}.{name}", $"must be one of {string.Join(", ", words)}"));
        return null;
    }
}
