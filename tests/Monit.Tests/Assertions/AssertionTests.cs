using System.Text.Json;
using CsCheck;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Assertions;
using Monit.Core.Validation;

namespace Monit.Tests.Assertions;

public sealed class AssertionTests
{
    private static readonly Facts Seen = new()
    {
        Status = 503,
        Headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["Content-Type"] = ["application/json; charset=utf-8"], ["Set-Cookie"] = ["a=1", "b=2"], ["Age"] = ["120"],
        },
        Body = """{"ok": true, "version": 12.50, "name": "über", "items": [{"price": 5}, {"price": 15}], "none": null, "big": 123456789012345678901234567890}""",
        Phases = new Phases(1_500, 2_000, 0, 30_000, 400),
        Total = TimeSpan.FromMilliseconds(34.25),
        CertDays = 9,
        Answers = ["10.0.0.1", "10.0.0.2"],
        Rcode = "NOERROR",
        Ip = "2001:db8::1",
        PacketLoss = 33.3m,
    };

    private static AssertionResult Judge(string text, Facts? facts = null)
    {
        Assert.True(ShortForm.TryParse(text, out var assertion, out var problem), $"{text}: {problem}");
        return new AssertionEvaluator(assertion).Judge(facts ?? Seen);
    }

    [Theory]
    [InlineData("status eq 503"), InlineData("status ne 200"), InlineData("status in 200-299,500-599"), InlineData("status in [200, 503]"), InlineData("status ge 503"), InlineData("status lt 504")]
    [InlineData("header content-type contains json"), InlineData("header Content-Type matches ^application/(json|xml)"), InlineData("header set-cookie eq b=2")]
    [InlineData("header x-none not_exists"), InlineData("header age exists"), InlineData("header age gt 100"), InlineData("header age eq 120"), InlineData("header set-cookie in x, a=1")]
    [InlineData("body contains \"ok\": true"), InlineData("body not_contains error"), InlineData("body matches (?i)ÜBER"), InlineData("body exists")]
    [InlineData("json $.ok eq true"), InlineData("json $.version eq 12.5"), InlineData("json $.name eq über"), InlineData("json $.name eq \"über\""), InlineData("json $.items[*].price gt 10")]
    [InlineData("json $.items[?@.price > 10] exists"), InlineData("json $.nothing not_exists"), InlineData("json $.none eq null"), InlineData("json $.none exists"), InlineData("json $['items'][0].price in [4, 5]")]
    [InlineData("json $.big eq 123456789012345678901234567890"), InlineData("json $.big gt 1e29"), InlineData("json $.name matches ^ü"), InlineData("json $.name ne 5"), InlineData("json $.ok ne false")]
    [InlineData("latency lt 35"), InlineData("latency gt 34.2"), InlineData("latency first_byte eq 30"), InlineData("latency tls eq 0"), InlineData("latency dns le 1.5"), InlineData("latency total le 34.25")]
    [InlineData("cert.days ge 9"), InlineData("cert.days exists"), InlineData("domain.days not_exists"), InlineData("dns.answer eq 10.0.0.2"), InlineData("dns.answer contains 10."), InlineData("dns.rcode eq NOERROR")]
    [InlineData("ip eq 2001:0db8:0::1"), InlineData("ip in 10.0.0.0/8, 2001:db8::/32"), InlineData("ip ne 10.0.0.1"), InlineData("packet_loss le 33.3"), InlineData("packet_loss lt 1e40")]
    public void Holds(string text) => Assert.True(Judge(text) is { Ok: true, Problem: null }, Judge(text).Detail);

    [Theory]
    [InlineData("status in 200-299", "expected status in 200-299, got 503")]
    [InlineData("status eq 200", "expected status eq 200, got 503")]
    [InlineData("header content-type eq text/html", "expected header content-type eq text/html, got application/json; charset=utf-8")]
    [InlineData("header x-none contains a", "expected header x-none contains a, got nothing")]
    [InlineData("header content-type gt 5", "expected header content-type gt 5, got application/json; charset=utf-8")]
    [InlineData("json $.ok eq false", "expected json $.ok eq false, got true")]
    [InlineData("json $.version eq \"12.5\"", "expected json $.version eq \"12.5\", got 12.50")]
    [InlineData("json $.nothing eq 1", "expected json $.nothing eq 1, got nothing")]
    [InlineData("json $.nothing not_contains a", "expected json $.nothing not_contains \"a\", got nothing")]
    [InlineData("json $.items[*].price gt 20", "expected json $.items[*].price gt 20, got 2 values, the first 5")]
    [InlineData("json $.ok gt 0", "expected json $.ok gt 0, got true")]
    [InlineData("latency lt 30 (degraded)", "expected latency lt 30, got 34.25")]
    [InlineData("domain.days ge 14", "expected domain.days ge 14, got nothing")]
    [InlineData("ip in 10.0.0.0/8", "expected ip in [\"10.0.0.0/8\"], got 2001:db8::1")]
    [InlineData("dns.answer eq 10.0.0.3", "expected dns.answer eq 10.0.0.3, got 10.0.0.1, 10.0.0.2")]
    public void Fails_AndSaysWhatCame(string text, string detail) => Assert.Equal((false, detail), (Judge(text).Ok, Judge(text).Detail));

    [Fact]
    public void BodyThatIsNotThere_FailsWhatNeedsIt_AndSaysWhy()
    {
        var cut = new Facts { Status = 200, BodyProblem = "the body is longer than 1 MiB" };
        Assert.Equal("expected body contains ok, but the body is longer than 1 MiB", Judge("body contains ok", cut).Detail);
        Assert.Equal("expected body not_contains ok, but the body is longer than 1 MiB", Judge("body not_contains ok", cut).Detail);
        Assert.Equal("expected json $.ok exists, but the body is longer than 1 MiB", Judge("json $.ok exists", cut).Detail);
        Assert.Equal("expected json $.ok not_exists, but the body is not JSON", Judge("json $.ok not_exists", new Facts { Body = "<html>" }).Detail);
        Assert.Equal("expected json $.ok exists, but there is no body", Judge("json $.ok exists", new Facts()).Detail);
        Assert.True(Judge("status eq 200", cut).Ok);
    }

    [Fact]
    public void HostileAnswer_CannotBreakTheLine() =>
        Assert.Equal($"expected header x-a eq b, got one two three {new string('x', 186)}…",
            Judge("header x-a eq b", new Facts { Headers = new Dictionary<string, IReadOnlyList<string>> { ["x-a"] = ["one\ntwo\u202ethree\u0000" + new string('x', 5000)] } }).Detail);

    [Fact]
    public void ExpensivePath_IsNotJudged()
    {
        var wide = new Facts { Body = $"[{string.Join(',', Enumerable.Repeat("[0,0,0,0,0,0,0,0,0]", 2000))}]" };
        foreach (var path in (string[])["$..[?count($..*) > 1]", "$..[?@..[?$..[?count(@..*) > 99]]]", "$[?length($) > 1 && count($..*) > 1]"])
            Assert.Equal("the path visits too many values", Judge($"json {path} eq 5", wide).Problem);
    }

    [Fact]
    public void LongValues_CostMore_SoThatNoPathTakesLong()
    {
        var (text, items) = (new string('x', 400_000), string.Join(',', Enumerable.Repeat("{\"a\": 1, \"b\": \"\"}", 20_000)));
        using var large = new Facts { Body = $$"""{"text": "{{text}}", "same": "{{text}}", "items": [{{items}}]}""" };
        foreach (var test in (string[])["$.text == $.same", "$.text < $.same", "length($.text) == 1", "search($.text, 'y')", "match('y', $.text)", "$.items[19999].a == 2", "$.items[0:1].a", "$.items[::-1]"])
            Assert.Equal($"{test}: the path visits too many values", $"{test}: {Judge($"json $.items[?{test}] eq 5", large).Problem}");
        // What is short is not the dearer for what it lies beside, or is compared with.
        foreach (var test in (string[])["@.a == 2", "@.b == $.text", "@.a == $.items", "search(@.b, 'y')", "@['b'] < 'a' && @.a > 1"])
            Assert.Null(Judge($"json $.items[?{test}] eq 5", large).Problem);
    }

    [Theory]
    [InlineData("$[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?$..[?@.x]]]]]]]]]]]]]]]"), InlineData("$..*..*..*..*..*..*..*..*..*..*..*..*..*"), InlineData("$..[?@..[?@..[?@..[?@..[?@..[?@..[?@..[?@.x]]]]]]]]")]
    public void DeepestPath_FitsASmallStack(string path)
    {
        AssertionResult result = default;
        var deep = new Facts { Body = $"{string.Concat(Enumerable.Repeat("{\"a\":", 63))}1{new string('}', 63)}" };
        var thread = new Thread(() => result = Judge($"json {path} eq 5", deep), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.False(result.Ok);
    }

    [Theory]
    [InlineData("", "must begin with one of status, header"), InlineData("statu eq 1", "must begin with one of status")]
    [InlineData("status", "needs one of eq"), InlineData("status is 200", "needs one of eq"), InlineData("status eq", "value is required"), InlineData("status eq ok", "value must be a number")]
    [InlineData("status contains 2", "op must be one of eq, ne, lt, le, gt, ge, in for status"), InlineData("status in 300-200", "value must be a list of numbers"), InlineData("status exists 5", "op must be one of")]
    [InlineData("header x exists 5", "value must be absent"), InlineData("header", "needs one of"), InlineData("header a:b eq 1", "property must be a header's name")]
    [InlineData("json ok eq true", "has no JSONPath after json"), InlineData("json $.a[ eq 1", "has no JSONPath after json"), InlineData("json $.a eq {\"b\": 1} ", "")]
    [InlineData("body matches (?=a)", "value must be a regular expression"), InlineData("body matches (", "value must be a regular expression"), InlineData("body matches (a)\\1", "value must be a regular expression")]
    [InlineData("body contains", "value is required"), InlineData("latency tsl lt 5", "needs one of"), InlineData("cert.days ge soon", "value must be a number"), InlineData("status eq 200 extra", "value must be a number")]
    public void ShortForm_ThatIsWrong_IsRefused(string text, string problem)
    {
        if (problem.Length == 0)
            Assert.True(ShortForm.TryParse(text, out _, out _), "what looks like an object is a text");
        else
        {
            Assert.False(ShortForm.TryParse(text, out _, out var said));
            Assert.StartsWith(problem, said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"source": "status", "op": "eq", "value": 200}""", null)]
    [InlineData("""{"source": "status", "property": null, "op": "eq", "value": 200, "severity": null}""", null)]
    [InlineData("""{"source": "status", "op": "eq", "value": "200"}""", "assertions[0].value")]
    [InlineData("""{"source": "status", "property": "x", "op": "eq", "value": 200}""", "assertions[0].property")]
    [InlineData("""{"source": "status", "op": "matches", "value": "2.."}""", "assertions[0].op")]
    [InlineData("""{"source": "status", "op": "eq", "value": 200, "severity": "worse"}""", "assertions[0].severity")]
    [InlineData("""{"source": "state", "op": "eq", "value": 200}""", "assertions[0].source")]
    [InlineData("""{"op": "eq", "value": 200}""", "assertions[0].source")]
    [InlineData("""{"source": "status", "value": 200}""", "assertions[0].op")]
    [InlineData("""{"source": "status", "op": "eq"}""", "assertions[0].value")]
    [InlineData("""{"source": "status", "op": "eq", "value": 200, "more": 1}""", "assertions[0].more")]
    [InlineData("""{"source": "json", "property": "$.a", "op": "eq", "value": null}""", null)]
    [InlineData("""{"source": "json", "property": "$.a", "op": "eq", "value": [1]}""", "assertions[0].value")]
    [InlineData("""{"source": "json", "property": "a", "op": "exists"}""", "assertions[0].property")]
    [InlineData("""{"source": "json", "property": 5, "op": "exists"}""", "assertions[0].property")]
    [InlineData("""{"source": "json", "property": "$.a", "op": "in", "value": [1, "b", null]}""", null)]
    [InlineData("""{"source": "json", "property": "$.a", "op": "in", "value": []}""", "assertions[0].value")]
    [InlineData("""{"source": "json", "property": "$.a", "op": "in", "value": [{}]}""", "assertions[0].value")]
    [InlineData("""{"source": "body", "op": "contains", "value": ""}""", "assertions[0].value")]
    [InlineData("""{"source": "header", "property": "a b", "op": "exists"}""", "assertions[0].property")]
    [InlineData("""{"source": "latency", "property": "total", "op": "lt", "value": 5}""", null)]
    [InlineData("""{"source": "latency", "property": "all", "op": "lt", "value": 5}""", "assertions[0].property")]
    [InlineData("""{"source": "header", "property": "a", "op": "exists", "value": null}""", "assertions[0].value")]
    [InlineData("\"status in 200-299\"", null)]
    [InlineData("\"status is 200\"", "assertions[0]")]
    [InlineData("5", "assertions[0]")]
    public void Json_IsReadOrRefused_WithTheFieldsPath(string json, string? field)
    {
        var errors = new List<FieldError>();
        var read = AssertionParser.Read(JsonElement.Parse($"[{json}]"), "assertions", errors);
        Assert.Equal(field is null ? [] : [field], errors.Select(error => error.Field));
        Assert.Equal(field is null ? 1 : 0, read.Count);
    }

    [Fact]
    public void TooManyAssertions_AreRefused()
    {
        var errors = new List<FieldError>();
        AssertionParser.Read(JsonElement.Parse($"[{string.Join(',', Enumerable.Repeat("\"status eq 200\"", 21))}]"), "assertions", errors);
        Assert.Equal("must be a list of at most 20 assertions", Assert.Single(errors).Message);
    }

    [Theory]
    [InlineData("status in 200-299,304"), InlineData("json $.ok eq true"), InlineData("header content-type contains json"), InlineData("cert.days ge 14 (degraded)"), InlineData("body contains two words")]
    [InlineData("json $['a b'][?@.x == 'y z'].c matches \"^a\""), InlineData("latency first_byte lt 250 (degraded)"), InlineData("body exists"), InlineData("status in 200,204")]
    public void ShortForm_IsWrittenAsItIsRead(string text)
    {
        Assert.True(ShortForm.TryParse(text, out var assertion, out var problem), problem);
        Assert.Equal(text, ShortForm.Format(assertion));
    }

    [Fact]
    public void AnyText_IsReadAsItWasWritten() => Gen.String[1, 40].Where(text => !text.Any(char.IsSurrogate)).Sample(text =>
    {
        var written = ShortForm.Format(new Assertion(AssertionSource.Body, null, AssertionOp.Contains, JsonSerializer.SerializeToElement(text), Severity.Degraded));
        Assert.True(ShortForm.TryParse(written, out var read, out var problem), $"{written}: {problem}");
        Assert.Equal((text, Severity.Degraded), (read.Value.GetString(), read.Severity));
    });
}
