using System.Text;
using System.Text.RegularExpressions;

namespace Monit.Core.Json;

/// <summary>The syntax tree of RFC 9535.</summary>
/// <param name="IsRelative">Whether it begins at the current value of a filter (<c>@</c>), not at the root.</param>
internal sealed record JsonQuery(bool IsRelative, IReadOnlyList<JsonSegment> Segments) : JsonOperand
{
    /// <summary>Whether it selects at most one value whatever the document.</summary>
    public bool IsSingular { get; } = Segments.All(segment => segment.Only is not null);
}

internal sealed record JsonSegment(bool IsDescendant, IReadOnlyList<JsonSelector> Selectors)
{
    /// <summary>The selector of a segment that selects at most one value of a value; null of others.</summary>
    public JsonSelector? Only { get; } = !IsDescendant && Selectors is [NameSelector or IndexSelector] ? Selectors[0] : null;
}

internal abstract record JsonSelector;

internal sealed record NameSelector(string Name) : JsonSelector
{
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Name);
}

internal sealed record WildcardSelector : JsonSelector;

internal sealed record IndexSelector(long Index) : JsonSelector;

internal sealed record SliceSelector(long? Start, long? End, long Step) : JsonSelector;

internal sealed record FilterSelector(JsonTest Test) : JsonSelector;

/// <summary>What a filter decides by.</summary>
internal abstract record JsonTest;

internal sealed record OrTest(JsonTest Left, JsonTest Right) : JsonTest;

internal sealed record AndTest(JsonTest Left, JsonTest Right) : JsonTest;

internal sealed record NotTest(JsonTest Inner) : JsonTest;

internal sealed record ExistsTest(JsonQuery Query) : JsonTest;

/// <param name="Operator"><c>==</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
internal sealed record ComparisonTest(JsonOperand Left, string Operator, JsonOperand Right) : JsonTest;

/// <summary><c>match</c> (the whole text) or <c>search</c> (a part of it).</summary>
/// <param name="Fixed">The expression, if it is a literal; null if it comes from the document, or is not a valid one.</param>
internal sealed record RegexTest(JsonOperand Text, JsonOperand Pattern, bool IsWhole, Regex? Fixed) : JsonTest;

/// <summary>What can be compared: a literal, a singular query, or a function's value.</summary>
internal abstract record JsonOperand;

internal sealed record LiteralOperand(JsonValue Value) : JsonOperand;

internal sealed record LengthOperand(JsonOperand Of) : JsonOperand;

internal sealed record CountOperand(JsonQuery Of) : JsonOperand;

internal sealed record ValueOperand(JsonQuery Of) : JsonOperand;
