using System.Text;
using System.Text.Json;
using Monit.Core.Checks.Assertions;
using Monit.Core.Validation;

namespace Monit.Tests.Assertions;

/// <summary>What is judged where a value is absent, empty, there several times, or no number of an ordinary size.</summary>
public sealed class UnusualValuesTests
{
    private static AssertionResult Judge(string text, Facts facts)
    {
        Assert.True(ShortForm.TryParse(text, out var assertion, out var problem), $"{text}: {problem}");
        return new AssertionEvaluator(assertion).Judge(facts);
    }

    private static Facts Json(string body) => new() { BodyBytes = Encoding.UTF8.GetBytes(body) };

    private static Facts Header(params string[] values) =>
        new() { Headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["X-A"] = values } };

    [Theory]
    [InlineData("eq 1e400", "1e400", true), InlineData("eq 1e500", "1e400", false), InlineData("lt 1e500", "1e400", true), InlineData("gt 1e500", "1e400", false), InlineData("in [1e500]", "1e400", false)]
    [InlineData("eq 9007199254740993", "9007199254740992", false), InlineData("gt 1", "1.000000000000000000000000000000000000001", true), InlineData("eq 0", "1e-400", false), InlineData("gt 0", "1e-400", true)]
    [InlineData("eq 1", "1e99999999999999999999", false), InlineData("gt 1", "1e99999999999999999999", true), InlineData("eq 0", "-0.0", true), InlineData("lt 5", "\"4\"", false), InlineData("eq \"4\"", "4", false)]
    [InlineData("ne 5", "\"5\"", true), InlineData("eq null", "null", true), InlineData("ne null", "null", false), InlineData("not_contains a", "5", false), InlineData("in [1, \"a\", null]", "null", true)]
    public void JsonValue_IsComparedExactly_AndByItsKind(string rest, string value, bool holds)
    {
        Assert.Equal(holds, Judge($"json $ {rest}", Json(value)).Ok);
        Assert.Equal(holds, Judge($"json $.a[0] {rest}", Json($$"""{"a": [{{value}}]}""")).Ok);
        Assert.Equal(holds, Judge($"json $.a.* {rest}", Json($$"""{"a": {"b": {{value}} } }""")).Ok);
    }

    [Theory]
    [InlineData("gt 1e40", "5", false), InlineData("lt 1e40", "5", true), InlineData("gt 1e40", "1e41", true), InlineData("gt 1", "NaN", false), InlineData("lt 1", "NaN", false), InlineData("gt 1", "Infinity", false)]
    [InlineData("ge 5", "005", true), InlineData("ge 0", "000", true), InlineData("gt 5", "1,000", false), InlineData("gt 0", "1e-40", true), InlineData("lt 0", "-5", true), InlineData("gt 5", "", false), InlineData("gt 5", "-", false)]
    public void Header_MayBeAnyNumber(string rest, string value, bool holds) => Assert.Equal(holds, Judge($"header x-a {rest}", Header(value)).Ok);

    [Theory]
    [InlineData("eq b", true), InlineData("ne b", false), InlineData("ne c", true), InlineData("contains b", true), InlineData("not_contains b", false), InlineData("not_contains c", true)]
    [InlineData("in b, c", true), InlineData("matches ^b$", true), InlineData("exists", true), InlineData("not_exists", false)]
    public void HeaderThatCameTwice_IsWhatOneOfThemIs_AndIsNotWhatNoneIs(string rest, bool holds)
    {
        Assert.Equal(holds, Judge($"header x-a {rest}", Header("a", "b")).Ok);
        Assert.Equal(holds, Judge($"header x-a {rest}", Header("b", "a")).Ok);
        Assert.Equal(holds, Judge($"dns.answer {rest}", new Facts { Answers = ["a", "b"] }).Ok);
    }

    [Theory]
    [InlineData("header x-b ne 1"), InlineData("header x-b not_contains a"), InlineData("header x-b exists"), InlineData("header x-b lt 1"), InlineData("json $.b ne 1"), InlineData("json $.b not_contains a"), InlineData("json $.b lt 1")]
    [InlineData("json $.a[5] ne 1"), InlineData("json $.a[?@.x] ne 1"), InlineData("status ne 200"), InlineData("cert.days ne 5"), InlineData("domain.days exists"), InlineData("dns.rcode ne NXDOMAIN"), InlineData("ip ne 10.0.0.1"), InlineData("dns.answer not_contains a")]
    public void AbsentValue_FailsWhatIsSaidOfIt(string text) => Assert.Equal((false, null), Judge(text, Json("{\"a\": []}")) is var result ? (result.Ok, result.Actual) : default);

    [Theory]
    [InlineData("header x-b not_exists"), InlineData("json $.b not_exists"), InlineData("json $.a[*] not_exists"), InlineData("cert.days not_exists"), InlineData("dns.answer not_exists")]
    public void AbsentValue_DoesNotExist(string text) => Assert.True(Judge(text, Json("{\"a\": []}")).Ok);

    [Theory]
    [InlineData("not_contains error", true), InlineData("ne x", true), InlineData("eq \"\"", true), InlineData("matches ^$", true), InlineData("exists", false), InlineData("not_exists", true), InlineData("contains a", false), InlineData("eq x", false)]
    public void EmptyBody_IsAnEmptyText(string rest, bool holds)
    {
        Assert.Equal(holds, Judge($"body {rest}", new Facts { Body = "" }).Ok);
        Assert.Equal(holds, Judge($"body {rest}", Json("")).Ok);
        Assert.Equal(rest == "not_exists", Judge($"body {rest}", new Facts()).Ok);
    }

    [Fact]
    public void BodyThatIsNoJson_SaysWhy()
    {
        Assert.Equal("expected json $.ok eq true, but the body is empty", Judge("json $.ok eq true", Json("")).Detail);
        Assert.Equal("expected json $.ok eq true, but there is no body", Judge("json $.ok eq true", new Facts()).Detail);
        Assert.Equal("expected json $.ok eq true, but the body is not JSON", Judge("json $.ok eq true", Json("{\"ok\": true} x")).Detail);
        Assert.Equal("expected body contains a, got nothing", Judge("body contains a", Json("")).Detail);
    }

    [Theory]
    [InlineData("-5-10", "-5", true), InlineData("-5-10", "10", true), InlineData("-5-10", "-6", false), InlineData("-10--5", "-7", true), InlineData("-10--5", "5", false), InlineData("-5", "-5", true), InlineData("-5, 3", "3", true)]
    [InlineData("200", "200", true), InlineData("200 - 299", "250", true), InlineData("0.5-1.5,7", "1", true), InlineData("[200]", "200", true), InlineData("[1e2]", "100", true), InlineData("[1e400]", "100", false)]
    public void Ranges_MayBeNegative_AndOneNumber(string ranges, string days, bool holds) =>
        Assert.Equal(holds, Judge($"cert.days in {ranges}", new Facts { CertDays = int.Parse(days, System.Globalization.CultureInfo.InvariantCulture) }).Ok);

    [Theory]
    [InlineData("10--5"), InlineData("5-"), InlineData("--5"), InlineData("1-2-3"), InlineData("-"), InlineData("5-+10"), InlineData("1,,2"), InlineData(",")]
    public void RangesThatAreNone_AreRefused(string ranges) => Assert.False(ShortForm.TryParse($"cert.days in {ranges}", out _, out _));

    [Fact]
    public void NumberBeyondDecimals_IsCompared()
    {
        var facts = new Facts { Status = 200, PacketLoss = 0, Total = TimeSpan.FromMilliseconds(1) };
        Assert.True(Judge("status lt 1e40", facts).Ok);
        Assert.True(Judge("status ne 1e40", facts).Ok);
        Assert.True(Judge("status gt -1e999999999999", facts).Ok);
        Assert.False(Judge("packet_loss ge 1e-40", facts).Ok);
        Assert.False(Judge("status in [1e40, 1e-40]", facts).Ok);
    }

    [Fact]
    public void NameThatIsThereTwice_CountsOnce_AndTheLastTime()
    {
        var facts = Json("{\"a\": 1, \"a\": 2}");
        Assert.True(Judge("json $.a eq 2", facts).Ok);
        Assert.False(Judge("json $.a eq 1", facts).Ok);
    }

    [Fact]
    public void OneValueThatHolds_IsShown()
    {
        Assert.Equal("15", Judge("json $.a[*] gt 10", Json("{\"a\": [5, 15, 20]}")).Actual);
        Assert.Equal("3 values, the first 5", Judge("json $.a[*] gt 30", Json("{\"a\": [5, 15, 20]}")).Actual);
    }

    [Theory]
    [InlineData("ip eq ::ffff:10.0.0.1", true), InlineData("ip in 10.0.0.0/8", true), InlineData("ip in 10.1.2.3/8", true), InlineData("ip ne 10.0.0.1", false), InlineData("ip in 11.0.0.0/8, ::1", false)]
    public void Address_IsTheSameInsideIPv6(string text, bool holds)
    {
        Assert.Equal(holds, Judge(text, new Facts { Ip = "10.0.0.1" }).Ok);
        Assert.Equal(holds, Judge(text, new Facts { Ip = "::ffff:10.0.0.1" }).Ok);
    }

    [Theory]
    [InlineData("ip eq example.com"), InlineData("ip ne 10.0.0.0/33"), InlineData("ip in 10.0.0.1, x")]
    public void AddressThatIsNone_IsRefused(string text)
    {
        Assert.False(ShortForm.TryParse(text, out _, out var problem));
        Assert.StartsWith("value must be an IP address", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"source": "status", "op": "eq", "value": 200, "op": "ne"}""", "a[0].op", "is given twice")]
    [InlineData("""{"source": "status", "op": "eq", "value": 200, "\ud800": 1}""", "a[0]", "is not a field of an assertion")]
    [InlineData("""{"source": "\ud800", "op": "eq", "value": 200}""", "a[0].source", "must be one of")]
    [InlineData("""{"source": "json", "property": "\ud800", "op": "exists"}""", "a[0].property", "must be a text")]
    [InlineData("""{"source": "body", "op": "matches", "value": "\ud800"}""", "a[0].value", "must be a regular expression")]
    [InlineData("""{"source": "body", "op": "contains", "value": "\ud800"}""", "a[0].value", "must be a text")]
    [InlineData("""{"source": "status", "op": "in", "value": "\ud800"}""", "a[0].value", "must be a list")]
    [InlineData("""{"source": "header", "property": "x", "op": "in", "value": ["\ud800"]}""", "a[0].value", "must be a list")]
    [InlineData("\"body contains \\ud800\"", "a[0]", "has half a surrogate pair")]
    public void HalfCharactersAndDoubleFields_AreRefused(string json, string field, string message)
    {
        var errors = new List<FieldError>();
        Assert.Empty(AssertionParser.Read(JsonElement.Parse($"[{json}]"), "a", errors));
        Assert.Equal(field, Assert.Single(errors).Field);
        Assert.StartsWith(message, errors[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json $.name eq über", "json $.name eq \"über\""), InlineData("status in [200,  204]", "status in [200,204]"), InlineData("status in 200", "status in 200"), InlineData("body contains a\tb", "body contains \"a\\tb\"")]
    public void ShortForm_IsReadable(string text, string written)
    {
        Assert.True(ShortForm.TryParse(text, out var assertion, out var problem), problem);
        Assert.Equal(written, ShortForm.Format(assertion));
    }
}
