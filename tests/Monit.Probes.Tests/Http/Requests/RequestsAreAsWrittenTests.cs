using System.Text;
using Monit.Core;
using Monit.Core.Checks.Settings;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>What a monitor sets of its request arrives, byte for byte, and the rest is as usual.</summary>
public sealed class RequestsAreAsWrittenTests : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();
    private readonly Checker _checker = new(Sender.FastOnEpoll);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _checker.Dispose();
        return _target.DisposeAsync();
    }

    private async Task<string> SentAsync(RequestSettings request)
    {
        var verdict = await _checker.CheckAsync(Asked.Of(_target.Url + "p?q", request), Ct);
        Assert.True(verdict.Success, $"{verdict}");
        return Assert.Single(_target.Requests);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PURGE")]
    [InlineData("VERSION-CONTROL")]
    public async Task Method_AndBody(string method)
    {
        var sent = await SentAsync(new() { Method = method, Body = "grüß \u20ac" });
        Assert.StartsWith($"{method} /p?q HTTP/1.1\r\n", sent, StringComparison.Ordinal);
        Assert.Equal("grüß \u20ac", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(sent.Split("\r\n\r\n")[1])));
        Assert.Equal("text/plain; charset=utf-8", Asked.Header(sent, "Content-Type"));
        Assert.Null(Asked.Header(sent, "Transfer-Encoding"));
    }

    [Fact]
    public async Task Head_HasNoBodyWhateverTheAnswerSays()
    {
        // A body would be the next answer on a kept connection, or awaited for ever.
        _target.Answer = ScriptedTarget.Text("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", keepAlive: true);
        using var kept = new Checker(Sender.FastOnEpoll, Monit.Probes.Network.ConnectionMode.KeepAlive);
        for (var i = 0; i < 3; i++)
        {
            var seen = await kept.ObserveAsync(Asked.Of(_target.Url, new() { Method = "HEAD" }, timeout: 5), Ct, withAnswer: true);
            Assert.Equal((200, true, 0), (seen.HttpStatus, seen.Answer!.IsWhole, seen.Answer.Body.Length));
        }
        Assert.Equal(1, _target.Connections);
        Assert.All(_target.Requests, request => Assert.StartsWith("HEAD / HTTP/1.1", request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"a\": [1, 2]}", null, "application/json")]
    [InlineData("  17 ", null, "application/json")]
    [InlineData("{\"a\": ", null, "text/plain; charset=utf-8")]
    [InlineData("a=b&c=d", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded")]
    [InlineData("{}", "application/vnd.x+json; v=1", "application/vnd.x+json; v=1")]
    [InlineData("", null, null)]
    public async Task ContentType_IsTheMonitorsOrFollowsFromTheBody(string body, string? own, string? sent) =>
        Assert.Equal(sent, Asked.Header(await SentAsync(new()
        {
            Method = "POST", Body = body, Headers = own is null ? null : new Dictionary<string, string> { ["content-type"] = own },
        }), "Content-Type"));

    [Fact]
    public async Task Headers_AreSentAsTheyAre_InPlaceOfTheUsualOnes()
    {
        var own = new Dictionary<string, string>
        {
            ["X-Odd~Name"] = "gr\u00fc\u00df, \"a\";  b",
            ["user-agent"] = "mine (1,2; 3)",
            ["Accept"] = "text/html;q=0.1, bad//",
            ["Accept-Encoding"] = "identity",
            ["If-Modified-Since"] = "not a date",
            ["Range"] = "bytes=x",
            ["Content-Language"] = "de",
            ["Cookie"] = "a=b; c",
            ["Host"] = "other.example:81",
            ["Date"] = "",
        };
        var sent = await SentAsync(new() { Headers = own });
        foreach (var (name, value) in own)
            Assert.Equal((name, value), (name, Asked.Header(sent, name)));
        Assert.Equal(own.Count, sent.Split("\r\n").Count(line => own.Keys.Any(name => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))));
    }

    [Fact]
    public async Task UsualHeaders_SayWhoAsks()
    {
        var sent = await SentAsync(new() { Method = "POST" });
        Assert.Equal($"Monit/{Product.Version} (+{Product.Home})", Asked.Header(sent, "User-Agent"));
        Assert.Equal("*/*", Asked.Header(sent, "Accept"));
        Assert.Equal($"127.0.0.1:{_target.Port}", Asked.Header(sent, "Host"));
        Assert.Equal("0", Asked.Header(sent, "Content-Length"));
        Assert.All(["gzip", "deflate", "br"], coding => Assert.Contains(coding, Asked.Header(sent, "Accept-Encoding"), StringComparison.Ordinal));
        Assert.Null(Asked.Header(sent, "Expect"));
        Assert.Null(Asked.Header(sent, "traceparent"));
    }

    [Theory]
    [InlineData("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    [InlineData("grüß", "a:b:\u20ac", "Basic Z3LDvMOfOmE6Yjrigqw=")]
    [InlineData("x", "", "Basic eDo=")]
    public async Task Basic(string user, string password, string sent) =>
        Assert.Equal(sent, Asked.Header(await SentAsync(new() { Auth = new() { Basic = new(user, password) } }), "Authorization"));

    [Fact]
    public async Task Bearer() =>
        Assert.Equal("Bearer a.b-c==", Asked.Header(await SentAsync(new() { Auth = new() { Bearer = new("a.b-c==") } }), "Authorization"));

    [Fact]
    public async Task OwnAuthorization_IsSentAsItIs() =>
        Assert.Equal("ApiKey x", Asked.Header(await SentAsync(new() { Headers = new Dictionary<string, string> { ["authorization"] = "ApiKey x" } }), "Authorization"));

    [Fact]
    public async Task Redirect_IsNotFollowedWhereTheMonitorSaysSo()
    {
        _target.Answer = ScriptedTarget.Status(302, "Location: /next\r\n", "moved");
        var config = Asked.Of(_target.Url, new() { FollowRedirects = false }, status: null, assertions: ["status eq 302", "body eq \"moved\"", "header location eq \"/next\""]);
        Assert.True((await _checker.CheckAsync(config, Ct)).Success);
        Assert.Single(_target.Requests);
    }

    [Fact]
    public async Task PlainRequest_IsTheSameFromBothEngines()
    {
        using var full = new Checker(Sender.Full);
        foreach (var checker in (Checker[])[_checker, full])
            Assert.True((await checker.CheckAsync(Asked.Of(_target.Url, new() { Method = "GET", Headers = new Dictionary<string, string>(), HttpVersion = HttpProtocol.Http11 }), Ct)).Success);
        Assert.Equal(Lines(_target.Requests[0]), Lines(_target.Requests[1]));

        static IEnumerable<string> Lines(string request) => request.Split("\r\n").Order();
    }
}
