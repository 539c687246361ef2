using System.Text.Json;
using System.Text.RegularExpressions;

namespace Monit.Core.Json;

/// <summary>One evaluation of a query over one document. Not thread-safe.</summary>
internal sealed class JsonPathEvaluation(JsonElement root, int budget)
{
    private int _left = budget;

    public List<JsonElement> Select(JsonQuery query, JsonElement current)
    {
        List<JsonElement> nodes = [query.IsRelative ? current : root];
        foreach (var segment in query.Segments)
        {
            var selected = new List<JsonElement>();
            foreach (var node in nodes)
                Apply(segment, node, selected);
            nodes = selected;
        }
        return nodes;
    }

    private void Apply(JsonSegment segment, JsonElement node, List<JsonElement> selected)
    {
        foreach (var selector in segment.Selectors)
            Apply(selector, node, selected);
        if (!segment.IsDescendant)
            return;
        // The depth of a document is bounded by its parser.
        foreach (var child in Children(node))
            Apply(segment, child, selected);
    }

    private void Apply(JsonSelector selector, JsonElement node, List<JsonElement> selected)
    {
        Visit();
        switch (selector)
        {
            case NameSelector name when node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name.Name, out var value):
                selected.Add(value);
                break;
            case IndexSelector index when node.ValueKind == JsonValueKind.Array:
                var (length, at) = (node.GetArrayLength(), index.Index);
                at += at < 0 ? length : 0;
                if (at >= 0 && at < length)
                    selected.Add(node[(int)at]);
                break;
            case SliceSelector slice when node.ValueKind == JsonValueKind.Array:
                Slice(slice, node, selected);
                break;
            case WildcardSelector:
                selected.AddRange(Children(node));
                break;
            case FilterSelector filter:
                foreach (var child in Children(node))
                    if (Holds(filter.Test, child))
                        selected.Add(child);
                break;
        }
    }

    private void Slice(SliceSelector slice, JsonElement node, List<JsonElement> selected)
    {
        var (length, step) = (node.GetArrayLength(), slice.Step);
        if (step > 0)
        {
            var end = Math.Min(FromStart(slice.End ?? length), length);
            for (var i = Math.Max(FromStart(slice.Start ?? 0), 0); i < end; i += step)
                Add(i);
        }
        else if (step < 0)
        {
            var end = Math.Max(slice.End is { } given ? FromStart(given) : -1, -1);
            for (var i = Math.Min(FromStart(slice.Start ?? length - 1), length - 1); i > end; i += step)
                Add(i);
        }

        long FromStart(long index) => index < 0 ? index + length : index;

        void Add(long index)
        {
            Visit();
            selected.Add(node[(int)index]);
        }
    }

    private IEnumerable<JsonElement> Children(JsonElement node)
    {
        if (node.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in node.EnumerateArray())
            {
                Visit();
                yield return item;
            }
        }
        else if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in node.EnumerateObject())
            {
                Visit();
                yield return property.Value;
            }
        }
    }

    private bool Holds(JsonTest test, JsonElement current) => test switch
    {
        OrTest or => Holds(or.Left, current) || Holds(or.Right, current),
        AndTest and => Holds(and.Left, current) && Holds(and.Right, current),
        NotTest not => !Holds(not.Inner, current),
        ExistsTest exists => Select(exists.Query, current).Count > 0,
        ComparisonTest comparison => Compare(Value(comparison.Left, current), comparison.Operator, Value(comparison.Right, current)),
        RegexTest regex => Matches(regex, current),
        _ => false,
    };

    // Null: nothing, which only equals nothing.
    private JsonValue? Value(JsonOperand operand, JsonElement current)
    {
        switch (operand)
        {
            case LiteralOperand literal:
                return new JsonValue(literal.Value);
            case JsonQuery query:
                return Select(query, current) is [var only] ? new JsonValue(only) : null;
            case ValueOperand value:
                return Select(value.Of, current) is [var single] ? new JsonValue(single) : null;
            case CountOperand count:
                return new JsonValue(Select(count.Of, current).Count);
            case LengthOperand length:
                return Value(length.Of, current)?.Length is { } units ? new JsonValue(units) : null;
            default:
                return null;
        }
    }

    private static bool Compare(JsonValue? left, string comparison, JsonValue? right) => comparison switch
    {
        "==" => Same(left, right),
        "!=" => !Same(left, right),
        "<" => JsonValue.IsLess(left, right),
        ">" => JsonValue.IsLess(right, left),
        "<=" => JsonValue.IsLess(left, right) || Same(left, right),
        ">=" => JsonValue.IsLess(right, left) || Same(left, right),
        _ => false,
    };

    private static bool Same(JsonValue? left, JsonValue? right) =>
        left is { } one && right is { } other ? JsonValue.AreEqual(one, other) : left is null && right is null;

    private bool Matches(RegexTest regex, JsonElement current)
    {
        if (Value(regex.Text, current)?.Text is not { } text)
            return false;
        var expression = regex.Fixed;
        if (expression is null && (regex.Pattern is LiteralOperand || Value(regex.Pattern, current)?.Text is not { } pattern
            || !InteroperableRegex.TryCreate(pattern, regex.IsWhole, out expression)))
            return false;
        // An expression of the document is compiled for each value.
        Visit(regex.Fixed is null ? 1000 : 1);
        try
        {
            return expression!.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new JsonPathBudgetException();
        }
    }

    private void Visit(int cost = 1)
    {
        if ((_left -= cost) < 0)
            throw new JsonPathBudgetException();
    }
}
