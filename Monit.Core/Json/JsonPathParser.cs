using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Monit.Core.Json;

/// <summary>A recursive-descent parser for RFC 9535. What it does not accept is no JSONPath; nothing is accepted by halves.</summary>
/// <exception cref="FormatException">The text is not a valid query; the message says what is wrong at which character.</exception>
internal sealed class JsonPathParser(string text)
{
    // I-JSON: what a double holds exactly.
    private const long MaxInteger = (1L << 53) - 1;
    // Of parentheses, filters and functions in each other.
    private const int MaxDepth = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private int _at;
    private int _depth;

    public JsonQuery Parse()
    {
        Expect('$');
        var query = new JsonQuery(false, Segments());
        if (_at < text.Length)
            throw Wrong("is not expected");
        return query;
    }

    /// <summary>Returns where the query ends that the text begins with.</summary>
    public int ParseStart()
    {
        Expect('$');
        Segments();
        return _at;
    }

    private List<JsonSegment> Segments()
    {
        var segments = new List<JsonSegment>();
        while (true)
        {
            var before = _at;
            SkipBlank();
            if (TryTake(".."))
                segments.Add(new JsonSegment(true, Peek == '[' ? Bracketed() : [Shorthand()]));
            else if (TryTake("."))
                segments.Add(new JsonSegment(false, [Shorthand()]));
            else if (Peek == '[')
                segments.Add(new JsonSegment(false, Bracketed()));
            else
            {
                // Blank space belongs to a query only before a segment.
                _at = before;
                return segments;
            }
        }
    }

    private JsonSelector Shorthand()
    {
        if (TryTake("*"))
            return new WildcardSelector();
        var start = _at;
        while (_at < text.Length && IsNamePart(text[_at], _at == start))
            _at += char.IsHighSurrogate(text[_at]) ? 2 : 1;
        return _at > start ? new NameSelector(text[start.._at]) : throw Wrong("is no name: names with other characters are written ['like this']");
    }

    private bool IsNamePart(char c, bool first) => c is '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') || (!first && char.IsAsciiDigit(c))
        || (c >= 0x80 && (!char.IsSurrogate(c) || (char.IsHighSurrogate(c) && _at + 1 < text.Length && char.IsLowSurrogate(text[_at + 1]))));

    private List<JsonSelector> Bracketed()
    {
        Enter();
        Expect('[');
        var selectors = new List<JsonSelector>();
        do
        {
            SkipBlank();
            selectors.Add(Selector());
            SkipBlank();
        }
        while (TryTake(","));
        Expect(']');
        _depth--;
        return selectors;
    }

    private JsonSelector Selector()
    {
        switch (Peek)
        {
            case '\'' or '"':
                return new NameSelector(Quoted());
            case '*':
                _at++;
                return new WildcardSelector();
            case '?':
                _at++;
                SkipBlank();
                return new FilterSelector(Or());
        }
        var start = Peek == ':' ? (long?)null : Integer();
        var before = _at;
        SkipBlank();
        if (!TryTake(":"))
        {
            _at = before;
            return new IndexSelector(start!.Value);
        }
        var end = OptionalInteger();
        SkipBlank();
        var step = TryTake(":") ? OptionalInteger() : null;
        return new SliceSelector(start, end, step ?? 1);
    }

    private long? OptionalInteger()
    {
        SkipBlank();
        return Peek == '-' || char.IsAsciiDigit(Peek) ? Integer() : null;
    }

    private long Integer()
    {
        var start = _at;
        TryTake("-");
        var digits = _at;
        while (char.IsAsciiDigit(Peek))
            _at++;
        var isPlain = _at > digits && (text[digits] != '0' || (_at == digits + 1 && digits == start));
        if (isPlain && long.TryParse(text.AsSpan(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) <= MaxInteger)
            return value;
        _at = start;
        throw Wrong("is no integer of -(2^53-1)..2^53-1");
    }

    private JsonTest Or()
    {
        Enter();
        var left = And();
        while (TryTakeAfterBlank("||"))
            left = new OrTest(left, And());
        _depth--;
        return left;
    }

    private JsonTest And()
    {
        SkipBlank();
        var left = Basic();
        while (TryTakeAfterBlank("&&"))
        {
            SkipBlank();
            left = new AndTest(left, Basic());
        }
        return left;
    }

    private JsonTest Basic()
    {
        if (TryTake("!"))
        {
            SkipBlank();
            return new NotTest(Peek == '(' ? Parenthesized() : Existence());
        }
        if (Peek == '(')
            return Parenthesized();
        var start = _at;
        var operand = Operand();
        if (operand is Result.Test test)
            return test.Of;
        var left = ((Result.Value)operand).Of;
        var before = _at;
        SkipBlank();
        if (Comparison() is { } comparison)
        {
            SkipBlank();
            var right = Operand();
            return right is Result.Value value ? new ComparisonTest(Comparable(left, start), comparison, Comparable(value.Of, _at)) : throw Wrong("a test cannot be compared", before);
        }
        _at = before;
        return left is JsonQuery query ? new ExistsTest(query) : throw Wrong("a value alone is no test: compare it", start);
    }

    private JsonTest Parenthesized()
    {
        Expect('(');
        SkipBlank();
        var inner = Or();
        SkipBlank();
        Expect(')');
        return inner;
    }

    private JsonTest Existence()
    {
        var start = _at;
        return Operand() switch
        {
            Result.Test test => test.Of,
            Result.Value { Of: JsonQuery query } => new ExistsTest(query),
            _ => throw Wrong("a value alone is no test: compare it", start),
        };
    }

    private JsonOperand Comparable(JsonOperand operand, int start) =>
        operand is JsonQuery { IsSingular: false } ? throw Wrong("only a query for one value can be compared", start) : operand;

    private string? Comparison()
    {
        foreach (var comparison in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
            if (TryTake(comparison))
                return comparison;
        return null;
    }

    /// <summary>What a filter's operand can be: a value to compare, or a test by itself.</summary>
    private abstract record Result
    {
        public sealed record Value(JsonOperand Of) : Result;

        public sealed record Test(JsonTest Of) : Result;
    }

    private Result Operand()
    {
        switch (Peek)
        {
            case '$' or '@':
                var isRelative = text[_at++] == '@';
                return new Result.Value(new JsonQuery(isRelative, Segments()));
            case '\'' or '"':
                return Literal(JsonSerializer.SerializeToElement(Quoted(), JsonTexts.Default.String));
            case '-' or (>= '0' and <= '9'):
                return Literal(Number());
        }
        var start = _at;
        while (Peek is (>= 'a' and <= 'z') or '_' || (_at > start && char.IsAsciiDigit(Peek)))
            _at++;
        var name = text[start.._at];
        if (Peek == '(')
            return Function(name, start);
        return name is "true" or "false" or "null" ? Literal(JsonElement.Parse(name)) : throw Wrong("is no value: expected a query, text, number, true, false, null or function", start);
    }

    private static Result.Value Literal(JsonElement value) => new(new LiteralOperand(new JsonValue(value)));

    private Result Function(string name, int start)
    {
        Enter();
        Expect('(');
        var arguments = new List<JsonOperand>();
        SkipBlank();
        if (Peek != ')')
        {
            do
            {
                SkipBlank();
                arguments.Add(Operand() is Result.Value value ? value.Of : throw Wrong("a test is no argument of a function", start));
                SkipBlank();
            }
            while (TryTake(","));
        }
        Expect(')');
        _depth--;
        return (name, arguments) switch
        {
            ("length", [var of]) => new Result.Value(new LengthOperand(Comparable(of, start))),
            ("count", [JsonQuery of]) => new Result.Value(new CountOperand(of)),
            ("value", [JsonQuery of]) => new Result.Value(new ValueOperand(of)),
            ("match" or "search", [var of, var pattern]) => new Result.Test(Regex(Comparable(of, start), Comparable(pattern, start), name == "match")),
            ("length" or "count" or "value" or "match" or "search", _) => throw Wrong($"{name}() has other arguments", start),
            _ => throw Wrong($"there is no function {name}()", start),
        };
    }

    private static RegexTest Regex(JsonOperand of, JsonOperand pattern, bool isWhole) => new(of, pattern, isWhole,
        pattern is LiteralOperand { Value.Text: { } literal } && InteroperableRegex.TryCreate(literal, isWhole, out var expression) ? expression : null);

    private JsonElement Number()
    {
        var start = _at;
        TryTake("-");
        while (char.IsAsciiDigit(Peek) || (Peek is '.' or 'e' or 'E') || (Peek is '+' or '-' && text[_at - 1] is 'e' or 'E'))
            _at++;
        try
        {
            return JsonElement.Parse(text.AsSpan(start, _at - start));
        }
        catch (JsonException)
        {
            throw Wrong("is no number", start);
        }
    }

    private string Quoted()
    {
        var (quote, start) = (text[_at++], _at);
        var value = new StringBuilder();
        while (Peek != quote)
        {
            if (_at >= text.Length)
                throw Wrong("a quoted text has no end", start);
            var c = text[_at++];
            if (c < 0x20)
                throw Wrong("a control character must be escaped", _at - 1);
            if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && _at < text.Length && char.IsLowSurrogate(text[_at])) && !(char.IsLowSurrogate(c) && char.IsHighSurrogate(text[_at - 2])))
                throw Wrong("is half a character", _at - 1);
            value.Append(c == '\\' ? Escaped(quote) : c.ToString());
        }
        _at++;
        return value.ToString();
    }

    private string Escaped(char quote)
    {
        var c = Peek;
        _at++;
        switch (c)
        {
            case 'b': return "\b";
            case 'f': return "\f";
            case 'n': return "\n";
            case 'r': return "\r";
            case 't': return "\t";
            case '/' or '\\': return c.ToString();
            case 'u': break;
            default: return c == quote ? c.ToString() : throw Wrong("is no escape", _at - 1);
        }
        var unit = Hex();
        if (char.IsLowSurrogate(unit))
            throw Wrong("is half a character", _at - 4);
        if (!char.IsHighSurrogate(unit))
            return unit.ToString();
        return TryTake("\\u") && Hex() is var low && char.IsLowSurrogate(low) ? $"{unit}{low}" : throw Wrong("is half a character", _at - 1);
    }

    private char Hex()
    {
        if (_at + 4 <= text.Length && !text.AsSpan(_at, 4).ContainsAnyExcept(HexDigits))
        {
            _at += 4;
            return (char)ushort.Parse(text.AsSpan(_at - 4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }
        throw Wrong("is no \\u escape of four hexadecimal digits");
    }

    private char Peek => _at < text.Length ? text[_at] : '\0';

    private bool TryTake(string token)
    {
        if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0)
            return false;
        _at += token.Length;
        return true;
    }

    private bool TryTakeAfterBlank(string token)
    {
        var before = _at;
        SkipBlank();
        if (TryTake(token))
            return true;
        _at = before;
        return false;
    }

    private void Expect(char c)
    {
        if (Peek != c || _at >= text.Length)
            throw Wrong($"'{c}' is expected");
        _at++;
    }

    private void SkipBlank()
    {
        while (Peek is ' ' or '\t' or '\n' or '\r')
            _at++;
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw Wrong("is nested too deeply");
    }

    private FormatException Wrong(string what, int? at = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"at character {(at ?? _at) + 1}: {what}"));
}
