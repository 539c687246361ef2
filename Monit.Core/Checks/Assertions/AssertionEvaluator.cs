using System.Globalization;
using System.Net;
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

    private readonly Assertion _assertion;
    private readonly JsonPath? _path;
    private readonly Regex? _expression;
    private readonly NumberRanges? _ranges;
    private readonly List<JsonElement> _list = [];

    /// <param name="assertion">A valid one.</param>
    /// <exception cref="ArgumentException">It is not valid.</exception>
    public AssertionEvaluator(Assertion assertion)
    {
        if (AssertionParser.Problem(assertion) is var (field, message))
            throw new ArgumentException($"{field} {message}", nameof(assertion));
        _assertion = assertion;
        var value = assertion.Value;
        if (assertion.Source == AssertionSource.Json)
            _ = JsonPath.TryParse(assertion.Property!, out _path, out _);
        if (assertion.Op == AssertionOp.Matches)
            _ = MatchExpression.TryCreate(value.GetString()!, out _expression);
        if (assertion.Op == AssertionOp.In && value.ValueKind == JsonValueKind.String)
            _ = NumberRanges.TryParse(value.GetString()!, out _ranges);
        else if (assertion.Op == AssertionOp.In)
            _list = [.. value.EnumerateArray()];
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
            return Unjudged(facts.Body is null ? "there is no body" : "the body is not JSON");
        var selected = _path!.Select(json);
        if (_assertion.Op is AssertionOp.Exists or AssertionOp.NotExists)
            return Result(selected.Count > 0 == (_assertion.Op == AssertionOp.Exists), selected.Count > 0 ? Shown(selected[0].GetRawText()) : null);
        return Result(selected.Any(HoldsJson), selected.Count switch
        {
            0 => null,
            1 => Shown(selected[0].GetRawText()),
            var count => string.Create(CultureInfo.InvariantCulture, $"{count} values, the first {Shown(selected[0].GetRawText())}"),
        });
    }

    private bool HoldsJson(JsonElement actual) => _assertion.Op switch
    {
        AssertionOp.Eq => Same(actual, _assertion.Value),
        AssertionOp.Ne => !Same(actual, _assertion.Value),
        AssertionOp.In => _list.Exists(item => Same(actual, item)),
        AssertionOp.Contains or AssertionOp.NotContains or AssertionOp.Matches => TextOf(actual) is { } text && HoldsText(text),
        _ => actual.ValueKind == JsonValueKind.Number && InOrder(JsonValue.CompareNumbers(new JsonValue(actual), new JsonValue(_assertion.Value))),
    };

    private AssertionResult JudgeBody(Facts facts) => facts.BodyProblem is { } problem ? Unjudged(problem) : JudgeTexts(facts.Body is { Length: > 0 } body ? [body] : []);

    private AssertionResult JudgeTexts(IReadOnlyList<string> texts)
    {
        var shown = texts.Count == 0 ? null : Shown(string.Join(", ", texts.Take(10)));
        return _assertion.Op switch
        {
            AssertionOp.Exists => Result(texts.Count > 0, shown),
            AssertionOp.NotExists => Result(texts.Count == 0, shown),
            _ => Result(texts.Any(HoldsText), shown),
        };
    }

    private bool HoldsText(string text) => _assertion.Op switch
    {
        AssertionOp.Eq => IsSame(text, _assertion.Value.GetString()!),
        AssertionOp.Ne => !IsSame(text, _assertion.Value.GetString()!),
        AssertionOp.In => _list.Exists(item => IsSame(text, item.GetString()!)),
        AssertionOp.Contains => text.Contains(_assertion.Value.GetString()!, StringComparison.Ordinal),
        AssertionOp.NotContains => !text.Contains(_assertion.Value.GetString()!, StringComparison.Ordinal),
        AssertionOp.Matches => _expression!.IsMatch(text),
        _ => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && InOrder(number.CompareTo(_assertion.Value.GetDecimal())),
    };

    // An address is the same however it is written, and belongs to a network.
    private bool IsSame(string actual, string expected)
    {
        if (_assertion.Source != AssertionSource.Ip || !IPAddress.TryParse(actual, out var address))
            return actual == expected;
        return expected.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(expected, out var network) ? network.Contains(address)
            : IPAddress.TryParse(expected, out var other) && other.Equals(address);
    }

    private AssertionResult JudgeNumber(decimal? actual)
    {
        var shown = actual?.ToString("0.###", CultureInfo.InvariantCulture);
        if (_assertion.Op is AssertionOp.Exists or AssertionOp.NotExists)
            return Result(actual is not null == (_assertion.Op == AssertionOp.Exists), shown);
        return Result(actual is { } number && (_assertion.Op, number.CompareTo(Expected)) switch
        {
            (AssertionOp.In, _) => _ranges?.Contains(number) ?? _list.Exists(item => item.TryGetDecimal(out var one) && one == number),
            (AssertionOp.Eq, var order) => order == 0,
            (AssertionOp.Ne, var order) => order != 0,
            (_, var order) => InOrder(order),
        }, shown);
    }

    // Beyond the range of a decimal any number is on the same side.
    private decimal Expected => _assertion.Value.ValueKind != JsonValueKind.Number ? 0
        : _assertion.Value.TryGetDecimal(out var value) ? value : _assertion.Value.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue;

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

    private bool InOrder(int order) => _assertion.Op switch
    {
        AssertionOp.Lt => order < 0,
        AssertionOp.Le => order <= 0,
        AssertionOp.Gt => order > 0,
        AssertionOp.Ge => order >= 0,
        _ => false,
    };

    private static bool Same(JsonElement left, JsonElement right) => JsonValue.AreEqual(new JsonValue(left), new JsonValue(right));

    private static string? TextOf(JsonElement value) => new JsonValue(value).Text;

    private AssertionResult Result(bool ok, string? actual) => new(_assertion, ok, actual, null);

    private AssertionResult Unjudged(string problem) => new(_assertion, false, null, problem);

    // Answers are hostile: nothing of them may break a line, or turn it around.
    private static string Shown(string text)
    {
        var shown = text.Length > MaxShown ? string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[MaxShown - 1]) ? MaxShown - 1 : MaxShown), "…") : text;
        return string.Create(shown.Length, shown, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) || char.GetUnicodeCategory(source[i]) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator ? ' ' : source[i];
        });
    }
}
