using System.Text.Json;
using System.Text.RegularExpressions;

namespace Monit.Core.Json;

/// <summary>
/// One evaluation of a query over one document, which goes down into the document value by value and keeps no lists. Not
/// thread-safe. How deep it goes is bounded by the depths of document and query, which their parsers bound.
/// </summary>
internal sealed class JsonPathEvaluation(JsonElement root, int budget)
{
    // What is passed over by the row or the byte costs this much less than a value that is visited.
    private const int PassedPerVisit = 32;
    // An expression of the document is compiled for each value.
    private const int ForExpression = 1000 * PassedPerVisit;
    private const int ForException = 100 * PassedPerVisit;

    private int _left = budget;

    /// <summary>Whether a selected value passes the test; nothing is visited after it.</summary>
    public bool Any(JsonQuery query, JsonElement current, Func<JsonElement, bool> test) => Follow(query, 0, query.IsRelative ? current : root, test);

    private bool Follow(JsonQuery query, int at, JsonElement node, Func<JsonElement, bool> test)
    {
        for (; at < query.Segments.Count; at++)
        {
            var segment = query.Segments[at];
            if (segment.Only is not { } only)
                return segment.IsDescendant ? Descend(query, at, node, test) : Apply(query, at, node, test);
            if (!TryStep(only, node, out node))
                return false;
        }
        return test(node);
    }

    private bool Descend(JsonQuery query, int at, JsonElement node, Func<JsonElement, bool> test) =>
        Apply(query, at, node, test) || Children(null, query, at, node, test);

    private bool Apply(JsonQuery query, int at, JsonElement node, Func<JsonElement, bool> test)
    {
        var selectors = query.Segments[at].Selectors;
        for (var i = 0; i < selectors.Count; i++)
        {
            var isFound = selectors[i] switch
            {
                NameSelector or IndexSelector => TryStep(selectors[i], node, out var child) && Follow(query, at + 1, child, test),
                SliceSelector slice => Slice(slice, query, at, node, test),
                var each => Children(each, query, at, node, test),
            };
            if (isFound)
                return true;
        }
        return false;
    }

    private bool TryStep(JsonSelector selector, JsonElement node, out JsonElement child)
    {
        child = default;
        Visit();
        return selector is NameSelector name ? node.ValueKind == JsonValueKind.Object && TryName(name, node, out child)
            : node.ValueKind == JsonValueKind.Array && TryIndex(((IndexSelector)selector).Index, node, out child);
    }

    private bool TryIndex(long index, JsonElement node, out JsonElement child)
    {
        child = default;
        var length = node.GetArrayLength();
        index += index < 0 ? length : 0;
        if (index < 0 || index >= length)
            return false;
        Pass((int)index);
        child = node[(int)index];
        return true;
    }

    // Of a name that an object has twice, the last counts.
    private bool TryName(NameSelector name, JsonElement node, out JsonElement child)
    {
        Pass(node.GetPropertyCount());
        try
        {
            return node.TryGetProperty(name.Utf8, out child);
        }
        catch (InvalidOperationException)
        {
            // Another property's name has half a surrogate pair.
            Pass(ForException);
        }
        child = default;
        var isFound = false;
        foreach (var property in node.EnumerateObject())
        {
            Visit();
            if (!IsNamed(property, name))
                continue;
            (isFound, child) = (true, property.Value);
        }
        return isFound;
    }

    private bool IsNamed(JsonProperty property, NameSelector name)
    {
        try
        {
            return property.NameEquals(name.Utf8);
        }
        catch (InvalidOperationException)
        {
            Pass(ForException);
            return false;
        }
    }

    /// <param name="selector">A wildcard or filter; null: the children are descended into.</param>
    private bool Children(JsonSelector? selector, JsonQuery query, int at, JsonElement node, Func<JsonElement, bool> test)
    {
        Visit();
        if (node.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in node.EnumerateArray())
                if (Child(selector, query, at, item, test))
                    return true;
        }
        else if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in node.EnumerateObject())
                if (Child(selector, query, at, property.Value, test))
                    return true;
        }
        return false;
    }

    private bool Child(JsonSelector? selector, JsonQuery query, int at, JsonElement child, Func<JsonElement, bool> test)
    {
        Visit();
        return selector is null ? Descend(query, at, child, test)
            : (selector is not FilterSelector filter || Holds(filter.Test, child)) && Follow(query, at + 1, child, test);
    }

    private bool Slice(SliceSelector slice, JsonQuery query, int at, JsonElement node, Func<JsonElement, bool> test)
    {
        Visit();
        if (node.ValueKind != JsonValueKind.Array)
            return false;
        var (length, step) = (node.GetArrayLength(), slice.Step);
        long start, end;
        if (step >= 0)
            (start, end) = (Math.Max(FromStart(slice.Start ?? 0), 0), Math.Min(FromStart(slice.End ?? length), length));
        else
            (start, end) = (Math.Min(FromStart(slice.Start ?? length - 1), length - 1), Math.Max(slice.End is { } given ? FromStart(given) : -1, -1));
        if (step == 0 || (step > 0 ? start >= end : start <= end))
            return false;
        // An index is looked up from the array's start, so all of them are listed once.
        Pass(length);
        var items = node.EnumerateArray().ToList();
        for (var i = start; step > 0 ? i < end : i > end; i += step)
        {
            Visit();
            if (Follow(query, at + 1, items[(int)i], test))
                return true;
        }
        return false;

        long FromStart(long index) => index < 0 ? index + length : index;
    }

    private bool Holds(JsonTest test, JsonElement current) => test switch
    {
        OrTest or => Holds(or.Left, current) || Holds(or.Right, current),
        AndTest and => Holds(and.Left, current) && Holds(and.Right, current),
        NotTest not => !Holds(not.Inner, current),
        ExistsTest exists => Any(exists.Query, current, static _ => true),
        ComparisonTest comparison => Compares(comparison, current),
        RegexTest regex => Matches(regex, current),
        _ => false,
    };

    // Null: nothing, which only equals nothing.
    private JsonValue? Value(JsonOperand operand, JsonElement current)
    {
        switch (operand)
        {
            case LiteralOperand literal:
                return literal.Value;
            case JsonQuery query:
                return One(query, current);
            case ValueOperand value:
                return One(value.Of, current);
            case CountOperand count:
                var counted = 0;
                Any(count.Of, current, _ =>
                {
                    counted++;
                    return false;
                });
                return new JsonValue(counted);
            case LengthOperand length:
                return Read(length.Of, current)?.Length is { } units ? new JsonValue(units) : null;
            default:
                return null;
        }
    }

    // The value of a query that selects exactly one.
    private JsonValue? One(JsonQuery query, JsonElement current)
    {
        if (query.IsSingular)
        {
            var node = query.IsRelative ? current : root;
            for (var i = 0; i < query.Segments.Count; i++)
                if (!TryStep(query.Segments[i].Only!, node, out node))
                    return null;
            return new JsonValue(node);
        }
        var (count, only) = (0, default(JsonElement));
        Any(query, current, value =>
        {
            only = value;
            return ++count > 1;
        });
        return count == 1 ? new JsonValue(only) : null;
    }

    private bool Compares(ComparisonTest comparison, JsonElement current)
    {
        var (left, right) = (Value(comparison.Left, current), Value(comparison.Right, current));
        if (left is not { } one || right is not { } other)
            return comparison.Operator switch
            {
                "==" or "<=" or ">=" => left is null && right is null,
                "!=" => left is not null || right is not null,
                _ => false,
            };
        // The shorter of two ends a comparison for equality.
        Pass(comparison.Operator is "==" or "!=" ? Math.Min(one.Size, other.Size) : one.Size + other.Size);
        return comparison.Operator switch
        {
            "==" => JsonValue.AreEqual(one, other),
            "!=" => !JsonValue.AreEqual(one, other),
            "<" => JsonValue.IsLess(one, other),
            ">" => JsonValue.IsLess(other, one),
            "<=" => JsonValue.IsLess(one, other) || JsonValue.AreEqual(one, other),
            ">=" => JsonValue.IsLess(other, one) || JsonValue.AreEqual(one, other),
            _ => false,
        };
    }

    private bool Matches(RegexTest regex, JsonElement current)
    {
        if (Read(regex.Text, current)?.Text is not { } text)
            return false;
        var expression = regex.Fixed;
        if (expression is null)
        {
            if (regex.Pattern is LiteralOperand || Read(regex.Pattern, current)?.Text is not { } pattern)
                return false;
            Pass(ForExpression);
            if (!InteroperableRegex.TryCreate(pattern, regex.IsWhole, out expression))
                return false;
        }
        try
        {
            return expression.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new JsonPathBudgetException();
        }
    }

    private JsonValue? Read(JsonOperand operand, JsonElement current)
    {
        var value = Value(operand, current);
        Pass(value?.Size ?? 0);
        return value;
    }

    private void Visit()
    {
        if (--_left < 0)
            throw new JsonPathBudgetException();
    }

    /// <param name="passed">Rows or bytes that are passed over, and not visited.</param>
    private void Pass(int passed)
    {
        if ((_left -= passed / PassedPerVisit) < 0)
            throw new JsonPathBudgetException();
    }
}
