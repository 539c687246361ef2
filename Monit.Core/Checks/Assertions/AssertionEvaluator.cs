using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Monit.Core.Json;

namespace Monit.Core.Checks.Assertions;

/// <summary>
/// Judges what was seen by one assertion, of any kind of check; pure. Made once for an assertion, whose paths and expressions
/// are compiled then, and used for each check; thread-safe.
/// </summary>
public sealed class AssertionEvaluator
{
    private const int MaxShown = 200;

    private static readonly SearchValues<char> NumberParts = SearchValues.Create("0123456789.eE+-");

    private readonly Assertion _assertion;
    private readonly JsonPath? _path;
    private readonly Regex? _expression;
    private readonly NumberRanges? _ranges;
    private readonly JsonValue _value;
    private readonly string _text = "";
    // What a body in UTF-8 must contain; null where only the text can tell.
    private readonly byte[]? _bytes;
    private readonly (JsonValue Value, string? Text)[] _list = [];

    /// <param name="assertion">A valid one.</param>
    /// <exception cref="ArgumentException">It is not valid.</exception>
    public AssertionEvaluator(Assertion assertion)
    {
        if (AssertionParser.Problem(assertion) is var (field, message))
            throw new ArgumentException($"{field} {message}", nameof(assertion));
        _assertion = assertion;
        _value = new JsonValue(assertion.Value);
        _text = _value.Text ?? "";
        if (assertion.Op is AssertionOp.Contains or AssertionOp.NotContains && !_text.Contains('\ufffd', StringComparison.Ordinal))
            _bytes = BodyText.ToUtf8(_text);
        if (assertion.Source == AssertionSource.Json)
            _ = JsonPath.TryParse(assertion.Property!, out _path, out _);
        if (assertion.Op == AssertionOp.Matches)
            _ = MatchExpression.TryCreate(_text, out _expression);
        if (assertion.Op == AssertionOp.In && assertion.Value.ValueKind == JsonValueKind.String)
            _ = NumberRanges.TryParse(_text, out _ranges);
        else if (assertion.Op == AssertionOp.In)
            _list = [.. assertion.Value.EnumerateArray().Select(item => new JsonValue(item)).Select(item => (item, item.Text))];
    }

    public AssertionResult Judge(Facts facts)
    {
        try
        {
            return _assertion.Source switch
            {
                AssertionSource.Json => JudgeJson(facts),
                AssertionSource.Body => JudgeBody(facts),
                AssertionSource.Header => JudgeTexts(facts.Headers.GetValueOrDefault(_assertion.Property!) ?? []),
                AssertionSource.DnsAnswer => JudgeTexts(facts.Answers),
                AssertionSource.DnsRcode => JudgeTexts(facts.Rcode is { } rcode ? [rcode] : []),
                AssertionSource.Ip => JudgeTexts(facts.Ip is { } ip ? [ip] : []),
                _ => JudgeNumber(Number(facts)),
            };
        }
        catch (RegexMatchTimeoutException)
        {
            return Unjudged("the expression takes too long");
        }
        catch (JsonPathBudgetException)
        {
            return Unjudged("the path visits too many values");
        }
    }

    private AssertionResult JudgeJson(Facts facts)
    {
        if (facts.BodyProblem is { } problem)
            return Unjudged(problem);
        if (facts.Json is not { } json)
            return Unjudged(facts.Utf8 is not { } body ? "there is no body" : body.IsEmpty ? "the body is empty" : "the body is not JSON");
        var (count, shown) = (0, default(JsonElement));
        var isFound = _path!.Any(json, value =>
        {
            var holds = HoldsJson(value);
            if (count++ == 0 || holds)
                shown = value;
            return holds;
        });
        return Result(isFound != (_assertion.Op == AssertionOp.NotExists), count switch
        {
            0 => null,
            1 => Shown(shown),
            _ when isFound => Shown(shown),
            _ => string.Create(CultureInfo.InvariantCulture, $"{count} values, the first {Shown(shown)}"),
        });
    }

    private bool HoldsJson(JsonElement actual)
    {
        var value = new JsonValue(actual);
        return _assertion.Op switch
        {
            AssertionOp.Exists or AssertionOp.NotExists => true,
            AssertionOp.Eq => JsonValue.AreEqual(value, _value),
            AssertionOp.Ne => !JsonValue.AreEqual(value, _value),
            AssertionOp.In => IsListed(value),
            AssertionOp.Contains or AssertionOp.NotContains or AssertionOp.Matches => value.Text is { } text && HoldsText(text),
            _ => value.IsNumber && InOrder(value),
        };
    }

    private AssertionResult JudgeBody(Facts facts)
    {
        if (facts.BodyProblem is { } problem)
            return Unjudged(problem);
        if (facts.Utf8 is not { Span: var body })
            return Result(_assertion.Op == AssertionOp.NotExists, null);
        return Result(_assertion.Op switch
        {
            AssertionOp.Exists => body.Length > 0,
            AssertionOp.NotExists => body.Length == 0,
            AssertionOp.Contains when _bytes is not null => body.IndexOf(_bytes) >= 0,
            AssertionOp.NotContains when _bytes is not null => body.IndexOf(_bytes) < 0,
            _ => HoldsText(facts.Body!),
        }, Shown(body));
    }

    private AssertionResult JudgeTexts(IReadOnlyList<string> texts)
    {
        var shown = texts.Count == 0 ? null : Shown(texts.Count == 1 ? texts[0] : string.Join(", ", texts.Take(10)));
        var (held, failed) = (0, 0);
        if (_assertion.Op.HasValue())
            foreach (var text in texts)
                _ = HoldsText(text) ? held++ : failed++;
        return Result(_assertion.Op switch
        {
            AssertionOp.Exists => texts.Count > 0,
            AssertionOp.NotExists => texts.Count == 0,
            // "Is not" is said of all of them.
            AssertionOp.Ne or AssertionOp.NotContains => held > 0 && failed == 0,
            _ => held > 0,
        }, shown);
    }

    private bool HoldsText(string text) => _assertion.Op switch
    {
        AssertionOp.Eq => IsSame(text, _text),
        AssertionOp.Ne => !IsSame(text, _text),
        AssertionOp.In => Array.Exists(_list, item => IsSame(text, item.Text!)),
        AssertionOp.Contains => text.Contains(_text, StringComparison.Ordinal),
        AssertionOp.NotContains => !text.Contains(_text, StringComparison.Ordinal),
        AssertionOp.Matches => _expression!.IsMatch(text),
        _ => NumberIn(text) is { } number && InOrder(number),
    };

    private bool IsSame(string actual, string expected) => _assertion.Source switch
    {
        AssertionSource.Ip => IpText.IsSame(actual, expected),
        AssertionSource.DnsRcode => actual.Equals(expected, StringComparison.OrdinalIgnoreCase),
        _ => actual == expected,
    };

    private AssertionResult JudgeNumber(decimal? actual)
    {
        var shown = actual?.ToString("0.###", CultureInfo.InvariantCulture);
        if (_assertion.Op is AssertionOp.Exists or AssertionOp.NotExists)
            return Result(actual is not null == (_assertion.Op == AssertionOp.Exists), shown);
        return Result(actual is { } number && _assertion.Op switch
        {
            AssertionOp.In => _ranges?.Contains(number) ?? IsListed(new JsonValue(number)),
            AssertionOp.Eq => JsonValue.CompareNumbers(new JsonValue(number), _value) == 0,
            AssertionOp.Ne => JsonValue.CompareNumbers(new JsonValue(number), _value) != 0,
            _ => InOrder(new JsonValue(number)),
        }, shown);
    }

    private bool IsListed(JsonValue value)
    {
        foreach (var (item, _) in _list)
            if (JsonValue.AreEqual(value, item))
                return true;
        return false;
    }

    // Headers write numbers as they like: 007, +5. What a decimal cannot hold is one too, if it is one in JSON.
    private static JsonValue? NumberIn(string text)
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && (number != 0 || text.AsSpan().IndexOfAnyInRange('1', '9') < 0))
            return new JsonValue(number);
        try
        {
            return !text.AsSpan().ContainsAnyExcept(NumberParts) && JsonElement.Parse(text) is { ValueKind: JsonValueKind.Number } json ? new JsonValue(json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private decimal? Number(Facts facts) => _assertion.Source switch
    {
        AssertionSource.Status => facts.Status,
        AssertionSource.CertDays => facts.CertDays,
        AssertionSource.DomainDays => facts.DomainDays,
        AssertionSource.PacketLoss => facts.PacketLoss,
        _ => (_assertion.Property ?? "total") switch
        {
            "dns" => Ms(facts.Phases.Dns),
            "connect" => Ms(facts.Phases.Connect),
            "tls" => Ms(facts.Phases.Tls),
            "first_byte" => Ms(facts.Phases.FirstByte),
            "transfer" => Ms(facts.Phases.Transfer),
            _ => (decimal)facts.Total.TotalMilliseconds,
        },
    };

    private static decimal? Ms(uint microseconds) => microseconds / 1000m;

    private bool InOrder(JsonValue actual)
    {
        var order = JsonValue.CompareNumbers(actual, _value);
        return _assertion.Op switch
        {
            AssertionOp.Lt => order < 0,
            AssertionOp.Le => order <= 0,
            AssertionOp.Gt => order > 0,
            AssertionOp.Ge => order >= 0,
            _ => false,
        };
    }

    private AssertionResult Result(bool ok, string? actual) => new(_assertion, ok, actual, null);

    private AssertionResult Unjudged(string problem) => new(_assertion, false, null, problem);

    private static string Shown(JsonElement value) => Shown(JsonMarshal.GetRawUtf8Value(value));

    // A character has at most three bytes for each of its UTF-16 units.
    private static string Shown(ReadOnlySpan<byte> utf8) => Shown(BodyText.ToText(utf8[..Math.Min(utf8.Length, 3 * MaxShown + 6)]));

    private static string Shown(string text) => ShownText.Of(text, MaxShown);
}
