using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.OpenApi;

namespace Monit.Api.Http;

/// <summary>A parameter of a query: what is valid, for the request and for the OpenAPI document.</summary>
internal sealed class QueryParameter
{
    private readonly Func<string, bool> _accepts;
    private readonly string _rule;

    private QueryParameter(string name, OpenApiSchema schema, Func<string, bool> accepts, string rule) =>
        (Name, Schema, _accepts, _rule) = (name, schema, accepts, rule);

    public string Name { get; }

    public OpenApiSchema Schema { get; }

    public static QueryParameter Number(string name, int min, int max, int byDefault) => new(
        name, new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = Text(min), Maximum = Text(max), Default = byDefault },
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max,
        $"must be a whole number from {min} to {max}");

    public static QueryParameter Flag(string name) => new(
        name, new() { Type = JsonSchemaType.Boolean }, text => text is "true" or "false", "must be true or false");

    public static QueryParameter OneOf(string name, params string[] values) => new(
        name, new() { Type = JsonSchemaType.String, Enum = [.. values.Select(value => (System.Text.Json.Nodes.JsonNode)value)] },
        values.Contains, $"must be one of {string.Join(", ", values)}");

    /// <summary>One of some values, of which the first is the default.</summary>
    public static QueryParameter Choice(string name, params string[] values)
    {
        var parameter = OneOf(name, values);
        parameter.Schema.Default = values[0];
        return parameter;
    }

    public static QueryParameter Search(string name, int max) => new(
        name, new() { Type = JsonSchemaType.String, MaxLength = max },
        text => text.Length <= max && !text.Any(char.IsControl), $"must have at most {max} characters, none of them a control character");

    public static QueryParameter Text(string name, int min, int max, string description) => new(
        name, new() { Type = JsonSchemaType.String, MinLength = min, MaxLength = max, Description = description },
        text => text.Length >= min && text.Length <= max && !text.Any(char.IsControl), $"must have {min} to {max} characters, none of them a control character");

    /// <summary>Some of these values, separated by commas.</summary>
    public static QueryParameter Some(string name, params string[] values) => new(
        name, new() { Type = JsonSchemaType.String, Pattern = $"^({string.Join('|', values)})(,({string.Join('|', values)}))*$", Description = $"Some of {string.Join(", ", values)}, separated by commas." },
        text => text.Split(',').All(values.Contains), $"must be some of {string.Join(", ", values)}, separated by commas");

    /// <summary>An instant in the form of RFC 3339.</summary>
    public static QueryParameter Instant(string name, string description) => new(
        name, new() { Type = JsonSchemaType.String, Format = "date-time", Description = description },
        text => Instants.TryParse(text, out _), $"must be a time from {Instants.First:yyyy-MM-dd} to {Instants.Last:yyyy-MM-dd} in the form of RFC 3339, such as 2026-11-02T08:00:00Z (a + is written %2B)");

    /// <summary>A month of the calendar.</summary>
    public static QueryParameter Month(string name, string description) => new(
        name, new() { Type = JsonSchemaType.String, Pattern = "^[0-9]{4}-[0-9]{2}$", Description = description },
        text => Instants.TryParseMonth(text, out _), $"must be a month from {Instants.First:yyyy-MM} to {Instants.Last:yyyy-MM}, such as 2026-11");

    /// <summary>The place where an earlier page ended.</summary>
    public static QueryParameter Cursor(Func<string, bool> accepts) => new(
        "cursor", new() { Type = JsonSchemaType.String, Description = "The next_cursor of an earlier page." },
        accepts, "must be the next_cursor of an earlier page of this list");

    public void Validate(StringValues given, FieldErrors errors)
    {
        errors.Unless(given.Count <= 1, Name, "must be given once");
        errors.Unless(given.Count != 1 || _accepts(given[0] ?? ""), Name, _rule);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
