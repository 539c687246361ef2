using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Http;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Tests.Settings;

/// <summary>What a monitor of the kind http may set, and the field that an error names.</summary>
public sealed class HttpSettingsAreValidatedTests
{
    private static string[] Errors(CheckSettings settings, string url = "https://example.org/")
    {
        var errors = new List<FieldError>();
        HttpKind.Instance.Validate(url, settings, errors);
        Assert.All(errors, error => Assert.DoesNotContain(error.Message, char.IsControl));
        return [.. errors.Select(error => error.Field)];
    }

    private static string[] Errors(RequestSettings request) => Errors(new CheckSettings { Request = request });

    private static RequestSettings With(params (string Name, string Value)[] headers) => new() { Headers = headers.ToDictionary(header => header.Name, header => header.Value) };

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("PROPFIND", true)]
    [InlineData("VERSION-CONTROL", true)]
    [InlineData("ABCDEFGHIJKLMNOPQRST", true)]
    [InlineData("ABCDEFGHIJKLMNOPQRSTU", false)]
    [InlineData("get", false)]
    [InlineData("", false)]
    [InlineData("GET ", false)]
    [InlineData("G T", false)]
    [InlineData("GET\r\nX: y", false)]
    [InlineData("-GET", false)]
    [InlineData("GÉT", false)]
    [InlineData("TRACE", false)]
    [InlineData("CONNECT", false)]
    [InlineData("PRI", false)]
    public void Method(string method, bool valid) => Assert.Equal(valid ? [] : ["request.method"], Errors(new RequestSettings { Method = method }));

    [Theory]
    [InlineData("X-Foo", "a", null)]
    [InlineData("x!#$%&'*+-.^_`|~1", "gr\u00fc\u00df\t\u00ff", null)]
    [InlineData("X-Foo", "", null)]
    [InlineData("X-Foo", "a\r\nX-Bar: b", "request.headers.x-foo")]
    [InlineData("X-Foo", "a\nb", "request.headers.x-foo")]
    [InlineData("X-Foo", "a\0", "request.headers.x-foo")]
    [InlineData("X-Foo", "\u20ac", "request.headers.x-foo")]
    [InlineData("X Foo", "a", "request.headers")]
    [InlineData("X-Foo:", "a", "request.headers")]
    [InlineData("X-F\u00f6\u00f6", "a", "request.headers")]
    [InlineData("", "a", "request.headers")]
    [InlineData("A\r\nB", "a", "request.headers")]
    [InlineData("Content-Length", "3", "request.headers.content-length")]
    [InlineData("transfer-encoding", "chunked", "request.headers.transfer-encoding")]
    [InlineData("CONNECTION", "close", "request.headers.connection")]
    [InlineData("Keep-Alive", "1", "request.headers.keep-alive")]
    [InlineData("Proxy-Connection", "close", "request.headers.proxy-connection")]
    [InlineData("Upgrade", "h2c", "request.headers.upgrade")]
    [InlineData("HTTP2-Settings", "x", "request.headers.http2-settings")]
    [InlineData("TE", "trailers", "request.headers.te")]
    [InlineData("Trailer", "x", "request.headers.trailer")]
    [InlineData("Expect", "100-continue", "request.headers.expect")]
    [InlineData("Proxy-Authorization", "Basic x", null)]
    [InlineData("Host", "other.example", null)]
    [InlineData("Host", "other.example:8080", null)]
    [InlineData("Host", "[::1]:80", null)]
    [InlineData("Host", "", "request.headers.host")]
    [InlineData("Host", "a b", "request.headers.host")]
    [InlineData("Host", "a/b", "request.headers.host")]
    [InlineData("Host", "user@a", "request.headers.host")]
    [InlineData("Host", "a:99999", "request.headers.host")]
    public void Header(string name, string value, string? error) => Assert.Equal(error is null ? [] : [error], Errors(With((name, value))));

    [Fact]
    public void Headers_AreBounded()
    {
        Assert.Empty(Errors(With([.. Enumerable.Range(0, 50).Select(i => ($"x-{i}", "v"))])));
        Assert.Equal(["request.headers"], Errors(With([.. Enumerable.Range(0, 51).Select(i => ($"x-{i}", "v"))])));
        Assert.Empty(Errors(With(("x", new string('v', 8187)))));
        Assert.Equal(["request.headers"], Errors(With(("x", new string('v', 8188)))));
        Assert.Equal(["request.headers.x-a"], Errors(With(("X-A", "1"), ("x-a", "2"))));
        Assert.Equal(["request.secret_headers[1]"], Errors(new RequestSettings { SecretHeaders = ["x-a", "x a"] }));
    }

    [Fact]
    public void Body_IsBounded()
    {
        Assert.Empty(Errors(new RequestSettings { Body = new string('x', 65_536) }));
        Assert.Empty(Errors(new RequestSettings { Method = "GET", Body = "\0\r\n" }));
        Assert.Equal(["request.body"], Errors(new RequestSettings { Body = new string('x', 65_537) }));
        Assert.Equal(["request.body"], Errors(new RequestSettings { Body = new string('\u20ac', 21_846) }));
        Assert.Equal(["request.body"], Errors(new RequestSettings { Body = "\ud800" }));
    }

    [Fact]
    public void Auth()
    {
        Assert.Empty(Basic("user", ""));
        Assert.Empty(Basic("gr\u00fc\u00df", "a:b \u20ac"));
        Assert.Equal(["request.auth.basic.user"], Basic("a:b", "c"));
        Assert.Equal(["request.auth.basic.user"], Basic("", "c"));
        Assert.Equal(["request.auth.basic.user"], Basic(null, "c"));
        Assert.Equal(["request.auth.basic.user"], Basic("a\n", "c"));
        Assert.Equal(["request.auth.basic.password"], Basic("a", null));
        Assert.Equal(["request.auth.basic.password"], Basic("a", "b\0"));
        Assert.Equal(["request.auth.basic.password"], Basic("a", new string('x', 4097)));
        Assert.Empty(Bearer("a.b-c=="));
        foreach (var token in (string?[])[null, "", "a b", "a\r\nX: y", "\u00e4", new string('x', 4097)])
            Assert.Equal(["request.auth.bearer.token"], Bearer(token));
        Assert.Equal(["request.auth"], Errors(new RequestSettings { Auth = new() }));
        Assert.Equal(["request.auth"], Errors(new RequestSettings { Auth = new() { Basic = new("a", "b"), Bearer = new("c") } }));
        Assert.Equal(["request.auth"], Errors(With(("authorization", "x")) with { Auth = new() { Bearer = new("c") } }));

        static string[] Basic(string? user, string? password) => Errors(new RequestSettings { Auth = new() { Basic = new(user, password) } });
        static string[] Bearer(string? token) => Errors(new RequestSettings { Auth = new() { Bearer = new(token) } });
    }

    [Theory]
    [InlineData("https://example.org/", 0, true, null)]
    [InlineData("https://example.org/", 3650, true, null)]
    [InlineData("https://example.org/", -1, true, "tls.min_days")]
    [InlineData("https://example.org/", 3651, true, "tls.min_days")]
    [InlineData("http://example.org/", 14, true, null)]
    [InlineData("http://example.org/", 14, false, "tls.min_days")]
    [InlineData("https://example.org/", 14, false, null)]
    public void MinDays(string url, int days, bool follows, string? error) =>
        Assert.Equal(error is null ? [] : [error], Errors(new CheckSettings { Tls = new() { MinDays = days }, Request = new() { FollowRedirects = follows } }, url));

    [Fact]
    public void Pem_IsRead()
    {
        Assert.Equal(["tls.ca"], Errors(new CheckSettings { Tls = new() { Ca = "nonsense" } }));
        Assert.Equal(["tls.client_certificate"], Errors(new CheckSettings { Tls = new() { ClientKey = "x" } }));
        Assert.Contains("tls.client_key", Errors(new CheckSettings { Tls = new() { ClientCertificate = "x" } }));
        Assert.Contains("tls.client_certificate", Errors(new CheckSettings { Tls = new() { ClientCertificate = "x", ClientKey = "x" } }, "http://example.org/"));
    }

    [Theory]
    [InlineData("https://192.0.2.1/", IpFamily.V6, "network.ip_family")]
    [InlineData("https://192.0.2.1/", IpFamily.V4, null)]
    [InlineData("https://[2001:db8::1]/", IpFamily.V4, "network.ip_family")]
    [InlineData("https://[2001:db8::1]/", IpFamily.Any, null)]
    [InlineData("https://example.org/", IpFamily.V6, null)]
    public void Family(string url, IpFamily family, string? error) =>
        Assert.Equal(error is null ? [] : [error], Errors(new CheckSettings { Network = new() { IpFamily = family } }, url));

    [Fact]
    public void Assertion_OfAnotherKind_IsNamed()
    {
        var assertions = ((string[])["status eq 200", "cert.days ge 3", "dns.rcode eq \"NOERROR\"", "packet_loss lt 3"]).Select(text =>
        {
            Assert.True(ShortForm.TryParse(text, out var assertion, out var problem), problem);
            return assertion;
        });
        Assert.Equal(["assertions[2].source", "assertions[3].source"], Errors(new CheckSettings { Assertions = [.. assertions] }));
    }

    [Fact]
    public void InvalidUrl_IsNoReasonToStop() =>
        Assert.Equal(["url", "request.method"], Errors(new CheckSettings { Request = new() { Method = "x" } }, "http://"));
}
