using Monit.Core.Checks.Settings;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>Redirects take nothing secret to another origin, and method and body where they belong.</summary>
public sealed class SecretsStayHomeTests : IAsyncDisposable
{
    private const string Secret = "s3cr3t";

    private readonly ScriptedTarget _home = new();
    private readonly ScriptedTarget _other = new();
    private readonly Checker _checker = new(Sender.FastOnEpoll, resolve: Asked.Here);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _checker.Dispose();
        await _home.DisposeAsync();
        await _other.DisposeAsync();
    }

    private static RequestSettings Secrets(HttpAuth? auth = null) => new()
    {
        Headers = new Dictionary<string, string>
        {
            ["X-API-KEY"] = Secret, ["cookie"] = $"session={Secret}", ["Proxy-Authorization"] = Secret, ["X-Mine"] = Secret, ["X-Open"] = "open",
        }.Concat(auth is null ? [KeyValuePair.Create("AUTHORIZATION", Secret)] : []).ToDictionary(),
        SecretHeaders = ["x-mine"],
        Auth = auth,
    };

    private static readonly string[] Names = ["X-Api-Key", "Cookie", "Proxy-Authorization", "X-Mine", "Authorization"];

    public static TheoryData<HttpAuth?> Credentials => [(HttpAuth?)null, new HttpAuth { Basic = new("u", Secret) }, new HttpAuth { Bearer = new(Secret) }];

    [Theory, MemberData(nameof(Credentials))]
    public async Task WithinAnOrigin_TheyAreKept(HttpAuth? auth)
    {
        Redirect(_home, "/", "/next");
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, Secrets(auth)), Ct)).Success);
        Assert.Equal(2, _home.Requests.Count);
        Assert.All(Names, name => Assert.NotNull(Asked.Header(_home.Requests[1], name)));
    }

    [Theory, MemberData(nameof(Credentials))]
    public async Task ToAnotherPort_AndBack_TheyAreGone(HttpAuth? auth)
    {
        Redirect(_home, "/", _other.Url);
        Redirect(_other, "/", $"{_home.Url}back");
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, Secrets(auth)), Ct)).Success);
        AreGone(Assert.Single(_other.Requests));
        // Whoever answered there has chosen the URL.
        Assert.StartsWith("GET /back", _home.Requests[1], StringComparison.Ordinal);
        AreGone(_home.Requests[1]);
    }

    [Theory]
    [InlineData("http://other.test:PORT/x")]
    [InlineData("//other.test:PORT/x")]
    [InlineData("http://home.test.:PORT/x")]
    [InlineData("http://home.test@other.test:PORT/x")]
    [InlineData("http://HOME.test.other.test:PORT/x")]
    public async Task ToAnotherHost_TheyAreGone(string location)
    {
        Redirect(_home, "/", location.Replace("PORT", $"{_home.Port}", StringComparison.Ordinal));
        Assert.True((await _checker.CheckAsync(Asked.Of($"http://home.test:{_home.Port}/", Secrets()), Ct)).Success);
        AreGone(_home.Requests[1]);
    }

    [Theory]
    [InlineData("http://HOME.TEST:PORT/x")]
    [InlineData("http://user:pass@home.test:PORT/x")]
    [InlineData("//home.test:PORT/x")]
    public async Task ToTheSameHostSpelledOtherwise_TheyAreKept(string location)
    {
        Redirect(_home, "/", location.Replace("PORT", $"{_home.Port}", StringComparison.Ordinal));
        Assert.True((await _checker.CheckAsync(Asked.Of($"http://home.test:{_home.Port}/", Secrets()), Ct)).Success);
        Assert.All(Names, name => Assert.NotNull(Asked.Header(_home.Requests[1], name)));
    }

    [Fact]
    public async Task OwnHost_IsForTheOwnOrigin()
    {
        Redirect(_home, "/", "/again");
        var request = new RequestSettings { Headers = new Dictionary<string, string> { ["Host"] = "virtual.test" } };
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, request), Ct)).Success);
        Assert.All(_home.Requests, sent => Assert.Equal("virtual.test", Asked.Header(sent, "Host")));

        Redirect(_home, "/", _other.Url);
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, request), Ct)).Success);
        Assert.Equal($"127.0.0.1:{_other.Port}", Asked.Header(Assert.Single(_other.Requests), "Host"));
    }

    [Fact]
    public async Task CookiesOfTheCheck_JoinTheMonitorsOwn()
    {
        _home.Answer = (stream, request, ct) => (request.StartsWith("GET / ", StringComparison.Ordinal)
            ? ScriptedTarget.Status(302, "Location: /next\r\nSet-Cookie: a=b; Path=/\r\n") : ScriptedTarget.Status(200))(stream, request, ct);
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, Secrets()), Ct)).Success);
        Assert.Equal($"session={Secret}; a=b", Asked.Header(_home.Requests[1], "Cookie"));
    }

    [Theory]
    [InlineData("POST", 301, "GET", false)]
    [InlineData("POST", 302, "GET", false)]
    [InlineData("POST", 303, "GET", false)]
    [InlineData("POST", 307, "POST", true)]
    [InlineData("POST", 308, "POST", true)]
    [InlineData("PUT", 301, "PUT", true)]
    [InlineData("PUT", 302, "PUT", true)]
    [InlineData("PUT", 303, "GET", false)]
    [InlineData("DELETE", 303, "GET", false)]
    [InlineData("PATCH", 308, "PATCH", true)]
    [InlineData("GET", 302, "GET", true)]
    [InlineData("GET", 303, "GET", false)]
    public async Task MethodAndBody_AreRepeatedOrNot(string method, int status, string then, bool withBody)
    {
        _home.Answer = (stream, request, ct) => (request.Contains(" / HTTP", StringComparison.Ordinal)
            ? ScriptedTarget.Status(status, "Location: /next\r\n") : ScriptedTarget.Status(200))(stream, request, ct);
        var request = new RequestSettings { Method = method, Body = "a=b", Headers = new Dictionary<string, string> { ["Content-Type"] = "text/x", ["Content-Language"] = "de", ["X-Open"] = "1" } };
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, request), Ct)).Success);
        var sent = _home.Requests[1];
        Assert.StartsWith($"{then} /next HTTP/1.1\r\n", sent, StringComparison.Ordinal);
        Assert.Equal((withBody ? "a=b" : "", withBody ? "text/x" : null, withBody ? "de" : null, "1"),
            (sent.Split("\r\n\r\n")[1], Asked.Header(sent, "Content-Type"), Asked.Header(sent, "Content-Language"), Asked.Header(sent, "X-Open")));
    }

    [Theory]
    [InlineData(303)]
    [InlineData(307)]
    public async Task Head_StaysHead(int status)
    {
        _home.Answer = (stream, request, ct) => ScriptedTarget.Text(request.Contains(" / HTTP", StringComparison.Ordinal)
            ? $"HTTP/1.1 {status} Moved\r\nLocation: /next\r\nContent-Length: 5\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", keepAlive: true)(stream, request, ct);
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, new() { Method = "HEAD" }), Ct)).Success);
        Assert.StartsWith("HEAD /next ", _home.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyThatIsNotRepeated_StaysGone()
    {
        _home.Answer = (stream, request, ct) => (request.Split(' ')[1] switch
        {
            "/" => ScriptedTarget.Status(303, "Location: /2\r\n"),
            "/2" => ScriptedTarget.Status(307, "Location: /3\r\n"),
            _ => ScriptedTarget.Status(200),
        })(stream, request, ct);
        Assert.True((await _checker.CheckAsync(Asked.Of(_home.Url, new() { Method = "POST", Body = "x" }), Ct)).Success);
        Assert.StartsWith("GET /3 ", _home.Requests[2], StringComparison.Ordinal);
    }

    private static void Redirect(ScriptedTarget from, string path, string location) => from.Answer = (stream, request, ct) =>
        (request.StartsWith($"GET {path} ", StringComparison.Ordinal) ? ScriptedTarget.Status(302, $"Location: {location}\r\n") : ScriptedTarget.Status(200))(stream, request, ct);

    private static void AreGone(string request)
    {
        Assert.DoesNotContain(Secret, request, StringComparison.Ordinal);
        Assert.All(Names, name => Assert.Null(Asked.Header(request, name)));
        Assert.Equal("open", Asked.Header(request, "X-Open"));
    }
}
