using System.Net;
using System.Text;
using Monit.Core.Checks;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>
/// Pages that a browser reaches through redirects: behind ten of them, behind a log-in or a consent that asks for its cookie, and
/// with a location of any bytes.
/// </summary>
public abstract class RedirectsArriveSuite : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();
    private readonly Checker _probe;

    protected RedirectsArriveSuite(Sender sender) => _probe = new Checker(sender, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _probe.Dispose();
        return _target.DisposeAsync();
    }

    private Task<Verdict> CheckAsync(string host = "127.0.0.1", string path = "/") =>
        _probe.CheckAsync(new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), 200, null, $"http://{host}:{_target.Port}{path}"), Ct);

    // The answers in the order of the requests; headers may name the port.
    private void Answers(params string[] heads)
    {
        var asked = 0;
        _target.Answer = async (stream, _, ct) =>
        {
            var head = heads[Math.Min(asked++, heads.Length - 1)].Replace("PORT", _target.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n"), ct);
            return true;
        };
    }

    private string? CookieOf(int request) => _target.Requests[request].Split("\r\n").SingleOrDefault(line => line.StartsWith("Cookie: ", StringComparison.Ordinal))?["Cookie: ".Length..];

    [Theory]
    [InlineData(10, null)]
    [InlineData(11, FailureReason.TooManyRedirects)]
    internal async Task TenHops_AreFollowed(int hops, FailureReason? reason)
    {
        Answers([.. Enumerable.Range(0, hops).Select(hop => $"302 Found\r\nLocation: /{hop}"), "200 OK"]);
        Assert.Equal(reason, (await CheckAsync()).Reason);
        Assert.Equal(11, _target.Requests.Count);
    }

    [Fact]
    public async Task PageThatAsksForItsCookie_IsUp()
    {
        _target.Answer = (stream, request, ct) => (request.Contains("Cookie: consent=yes, really", StringComparison.Ordinal)
            ? ScriptedTarget.Status(200) : ScriptedTarget.Status(302, "Set-Cookie: consent=yes, really; Path=/; HttpOnly; SameSite=Lax; Expires=0\r\nLocation: /\r\n"))(stream, request, ct);
        Assert.True((await CheckAsync()).Success);
        Assert.Equal(2, _target.Requests.Count);
    }

    [Fact]
    public async Task Cookies_EndWithTheCheck()
    {
        Answers("302 Found\r\nSet-Cookie: a=b; Path=/\r\nLocation: /next", "200 OK", "200 OK");
        Assert.True((await CheckAsync()).Success);
        Assert.Equal("a=b", CookieOf(1));
        Assert.True((await CheckAsync()).Success);
        Assert.Null(CookieOf(2));
    }

    [Fact]
    public async Task Cookies_GatherOverTheHops()
    {
        Answers(
            "302 Found\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Path=/\r\nLocation: /2",
            "303 Other\r\nset-cookie: a=3; Path=/\r\nSET-COOKIE: b=x; Path=/; Max-Age=0\r\nSet-Cookie: c=gr\u00fc\u00df; path=/\r\nLocation: /3",
            "200 OK");
        Assert.True((await CheckAsync()).Success);
        Assert.Equal(("a=1; b=2", "a=3; c=gr\u00fc\u00df"), (CookieOf(1), CookieOf(2)));
    }

    [Theory]
    // Path.
    [InlineData("a=b", "http://www.shop.test:PORT/x/next", "a=b")]
    [InlineData("a=b", "http://www.shop.test:PORT/x", "a=b")]
    [InlineData("a=b", "http://www.shop.test:PORT/xy", null)]
    [InlineData("a=b", "/other", null)]
    [InlineData("a=b; Path=/other", "/other?x", "a=b")]
    [InlineData("a=b; Path=/other/", "/other", null)]
    [InlineData("a=b; Path=none", "/other", null)]
    // Host and domain.
    [InlineData("a=b; Path=/", "http://shop.test:PORT/", null)]
    [InlineData("a=b; Path=/", "http://api.shop.test:PORT/", null)]
    [InlineData("a=b; Path=/; Domain=shop.test", "http://api.shop.test:PORT/", "a=b")]
    [InlineData("a=b; Path=/; Domain=.SHOP.test", "http://shop.test:PORT/", "a=b")]
    [InlineData("a=b; Path=/; Domain=shop.test", "http://evilshop.test:PORT/", null)]
    [InlineData("a=b; Path=/; Domain=shop.test", "http://other.test:PORT/", null)]
    [InlineData("a=b; Path=/; Domain=test", "http://other.test:PORT/", null)]
    [InlineData("a=b; Path=/; Domain=.test", "http://www.shop.test:PORT/", null)]
    [InlineData("a=b; Path=/; Domain=other.test", "http://other.test:PORT/", null)]
    [InlineData("a=b; Path=/; Domain=api.shop.test", "http://api.shop.test:PORT/", null)]
    [InlineData("a=b; Path=/; Domain=www.shop.test", "http://www.shop.test:PORT/", "a=b")]
    [InlineData("a=b; Path=/; Domain=0.0.1", "http://127.0.0.1:PORT/", null)]
    // Secure and expiry.
    [InlineData("a=b; Path=/; Secure", "/", null)]
    [InlineData("a=b; Path=/; Max-Age=0", "/", null)]
    [InlineData("a=b; Path=/; Max-Age=-99999999999999999999999", "/", null)]
    [InlineData("a=b; Path=/; Max-Age=99999999999999999999999999999", "/", "a=b")]
    [InlineData("a=b; Path=/; Max-Age=NaN", "/", "a=b")]
    [InlineData("a=b; Path=/; Max-Age=-NaN", "/", "a=b")]
    [InlineData("a=b; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/", "a=b")]
    [InlineData("a=b; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/", null)]
    [InlineData("a=b; Path=/; Expires=Mon, 01-Jan-1970 00:00:00 GMT", "/", null)]
    [InlineData("a=b; Path=/; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "/", "a=b")]
    [InlineData("a=b; Path=/; Expires=\u00ff when it suits", "/", "a=b")]
    // Malformed, or nearly.
    [InlineData("", "/", null)]
    [InlineData("=", "/", null)]
    [InlineData("=b; Path=/", "/", null)]
    [InlineData("garbage", "/", null)]
    [InlineData(";;;=;a=b", "/", null)]
    [InlineData("a=b\0c; Path=/", "/", "a=b c")]
    [InlineData("a=b\u0001c; Path=/", "/", null)]
    [InlineData("a=b\rX-Smuggled: 1; Path=/", "/", "a=b X-Smuggled: 1")]
    [InlineData("a=; Path=/", "/", "a=")]
    [InlineData("a=b=c; Path=/;;Odd=;=", "/", "a=b=c")]
    [InlineData(" a = {\"b\":[1,2]} ;path = /", "/", "a={\"b\":[1,2]}")]
    [InlineData("$a(b)=\"c d\"; Path=/", "/", "$a(b)=\"c d\"")]
    public async Task Cookie_GoesWhereItMay(string cookie, string location, string? sent)
    {
        Answers($"302 Found\r\nSet-Cookie: {cookie}\r\nLocation: {location}", "200 OK");
        Assert.True((await CheckAsync("www.shop.test", "/x/first")).Success);
        Assert.Equal(sent, CookieOf(1));
        Assert.DoesNotContain("\nX-Smuggled", _target.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_AreBounded()
    {
        var many = string.Concat(Enumerable.Range(0, 2000).Select(i => $"\r\nSet-Cookie: c{i}=x; Path=/"));
        Answers($"302 Found\r\nSet-Cookie: large={new string('x', 5000)}; Path=/{many}\r\nLocation: /next", $"302 Found\r\nLocation: /last{many}", "200 OK");
        Assert.True((await CheckAsync()).Success);
        Assert.True(CookieOf(1)!.Split(';').Length <= 50);
        Assert.True(CookieOf(2)!.Split(';').Length <= 50);
        Assert.DoesNotContain("large", CookieOf(1)!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/gr\u00fc\u00df", "/gr%FC%DF")]
    [InlineData("/gr\u00c3\u00bc", "/gr%C3%BC")]
    [InlineData("/\u0080\u00ff\u00fe?\u00e4=\u00f6", "/%80%FF%FE?%E4=%F6")]
    [InlineData("/a b?c d", "/a%20b?c%20d")]
    [InlineData("/a\tb\0\u007f", "/a%09b%20%7F")]
    [InlineData("/%2F%e4%C3%bC%zz%%4", "/%2F%e4%C3%bC%zz%%4")]
    [InlineData("/%7Euser/%41%2D%5f?%7e=%41&x=%2f", "/%7Euser/%41%2D%5f?%7e=%41&x=%2f")]
    [InlineData("/a%20b+c,d;e:f@g!h$i&j'k(l)*m=n|o[p]^q~r", "/a%20b+c,d;e:f@g!h$i&j'k(l)*m=n|o[p]^q~r")]
    [InlineData("/\"<>`{}?\"<>`{}'", "/%22%3C%3E%60%7B%7D?%22%3C%3E`{}%27")]
    [InlineData("/a\\b?c\\d", "/a/b?c\\d")]
    [InlineData("/a/../b/./c", "/b/c")]
    [InlineData("/a/%2e%2E/b/%2e/c/.%2e", "/b/")]
    [InlineData("/a../..b/.c/d./...", "/a../..b/.c/d./...")]
    [InlineData("/..", "/")]
    [InlineData("/a//b///../c", "/a//b//c")]
    [InlineData("/a?b/../c?d#e?f", "/a?b/../c?d")]
    [InlineData("/a?#", "/a?")]
    [InlineData("next", "/d%e4/next")]
    [InlineData("../next?", "/next?")]
    [InlineData("./", "/d%e4/")]
    [InlineData("?x=\u00e4", "/d%e4/e%7Ef?x=%E4")]
    [InlineData("http:next", "/d%e4/next")]
    [InlineData("http://127.0.0.1:PORT", "/")]
    [InlineData("http://127.0.0.1:PORT?a=%7e", "/?a=%7e")]
    [InlineData("HTTP://u:p@127.0.0.1:PORT/%7e\u00e4#x", "/%7e%E4")]
    [InlineData("//127.0.0.1:PORT/%41", "/%41")]
    public async Task Location_IsSentAsItCame(string location, string target)
    {
        Answers("302 Found\r\nLocation: /d%e4/e%7Ef?q", $"302 Found\r\nLocation: {location}", "200 OK");
        Assert.True((await CheckAsync()).Success);
        Assert.Equal($"GET {target} HTTP/1.1", _target.Requests[2].Split("\r\n")[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("//")]
    [InlineData("http://")]
    [InlineData("http:///x")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://[::1/")]
    public async Task Location_ThatLeadsNowhere_StaysTheAnswer(string location)
    {
        Answers("302 Found\r\nLocation: /odd%e4", $"302 Found\r\nLocation: {location}", "200 OK");
        var result = await CheckAsync();
        Assert.Equal((FailureReason.UnexpectedStatus, 302), (result.Reason, result.HttpStatus));
        Assert.StartsWith("GET /odd%e4 ", _target.Requests[1], StringComparison.Ordinal);
    }
}

public sealed class RedirectsArriveOnEpoll() : RedirectsArriveSuite(Sender.FastOnEpoll);

public sealed class RedirectsArriveOnFull() : RedirectsArriveSuite(Sender.Full);
