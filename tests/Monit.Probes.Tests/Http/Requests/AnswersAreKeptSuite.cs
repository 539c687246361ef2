using System.Text;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Probes.Network;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>What a target answered is there for those who judge or show it, the same from each sender, and no more of it than is needed.</summary>
public abstract class AnswersAreKeptSuite(Sender sender) : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();
    private readonly Checker _checker = new(sender);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _checker.Dispose();
        return _target.DisposeAsync();
    }

    private async Task<Answer?> AnswerAsync(bool withAnswer = true, int? status = 200, params string[] assertions) =>
        (await _checker.ObserveAsync(Asked.Of(_target.Url, status: status, assertions: assertions), Ct, withAnswer)).Answer;

    private void Answers(string wire, bool keepAlive = false) =>
        _target.Answer = async (stream, _, ct) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(wire), ct);
            return keepAlive;
        };

    private static string Text(Answer answer) => Encoding.Latin1.GetString(answer.Body.Span);

    [Theory]
    [InlineData(false, 200, 200, null, false)]
    [InlineData(true, 200, 200, null, true)]
    [InlineData(false, 503, 200, null, true)]
    [InlineData(false, 503, 503, null, false)]
    [InlineData(false, 204, null, null, false)]
    [InlineData(false, 500, null, null, true)]
    [InlineData(false, 200, 200, "status eq 200", false)]
    [InlineData(false, 200, 200, "latency lt 10000", false)]
    [InlineData(false, 200, 200, "header x exists", true)]
    [InlineData(false, 200, 200, "body contains \"x\"", true)]
    [InlineData(false, 200, 200, "json $.a exists", true)]
    public async Task Answer_IsThereIfItIsNeeded(bool withAnswer, int status, int? expected, string? assertion, bool there)
    {
        _target.Answer = ScriptedTarget.Status(status, body: status == 204 ? "" : "ok");
        Assert.Equal(there, await AnswerAsync(withAnswer, expected, assertion is null ? [] : [assertion]) is not null);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "1.1", "ok")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nok", "1.0", "ok")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n01\r\nk\r\n0\r\nTrailer: x\r\n\r\n", "1.1", "ok")]
    [InlineData("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok", "1.1", "ok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "1.1", "")]
    public async Task Body_IsWithoutItsFraming(string wire, string version, string body)
    {
        Answers(wire);
        var answer = (await AnswerAsync())!;
        Assert.Equal((version, body, true, false, _target.Url), (answer.HttpVersion, Text(answer), answer.IsWhole, answer.IsCut, answer.Url));
        Assert.DoesNotContain(answer.Headers, header => header.Key is "X-Interim" or "Trailer");
    }

    [Fact]
    public async Task Headers_AreBytesAsCharacters()
    {
        Answers("HTTP/1.1 200 OK\r\nX-One:  gr\u00fc\u00df \u00ff\t\r\nx-two: a\r\nX-Two: b, c\r\nBad Name: x\r\nX-Fold: a\r\n  b\r\nX-Nul: a\0b\r\nX-Empty:\r\nServer: x\r\nContent-Type: text/plain; \u00e4\r\nDate: never\r\nContent-Length: 2\r\n\r\nok");
        var headers = (await AnswerAsync())!.Headers.ToLookup(header => header.Key.ToLowerInvariant(), header => header.Value);
        Assert.Equal(["gr\u00fc\u00df \u00ff"], headers["x-one"]);
        Assert.Equal(["a", "b, c"], headers["x-two"]);
        Assert.Empty(headers["bad name"]);
        Assert.Equal(["a b"], headers["x-fold"].Select(value => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Equal([""], headers["x-empty"]);
        Assert.Equal(["a b"], headers["x-nul"]);
        Assert.Equal("x|text/plain; \u00e4|never|2", string.Join('|', headers["server"].Concat(headers["content-type"]).Concat(headers["date"]).Concat(headers["content-length"])));
    }

    [Theory]
    [InlineData(100_000, null, 8 * 1024, false, true)]
    [InlineData(9000, null, 8 * 1024, false, true)]
    [InlineData(8192, null, 8192, true, false)]
    [InlineData(1_048_576, "body exists", 1_048_576, true, false)]
    [InlineData(1_048_577, "body exists", 1_048_576, false, true)]
    [InlineData(100_000, "json $ exists", 100_000, true, false)]
    public async Task Body_IsKeptUpToTheCap(int length, string? assertion, int kept, bool whole, bool cut)
    {
        Answers($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}");
        var answer = (await AnswerAsync(true, 200, assertion is null ? [] : [assertion]))!;
        Assert.Equal((kept, whole, cut), (answer.Body.Length, answer.IsWhole, answer.IsCut));
    }

    [Theory]
    [InlineData("body not_contains \"nothing\"", false)]
    [InlineData("header x-h eq \"1\"", true)]
    public async Task BodyThatDoesNotEnd_FailsWhatNeedsIt(string assertion, bool up)
    {
        _target.Answer = ScriptedTarget.Stall("HTTP/1.1 200 OK\r\nX-H: 1\r\nContent-Length: 10\r\n\r\nbegin");
        var verdict = await _checker.CheckAsync(Asked.Of(_target.Url, timeout: 1, assertions: [assertion]), Ct);
        Assert.Equal(up, verdict.Success);
        if (!up)
            Assert.Equal((FailureReason.AssertionFailed, true), (verdict.Reason, verdict.Detail!.Contains("not all of the body came in time", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task BodyBeyondTheCap_FailsWhatNeedsIt()
    {
        _target.Answer = ScriptedTarget.Endless("HTTP/1.1 200 OK\r\n\r\n", new string('x', 60_000));
        var verdict = await _checker.CheckAsync(Asked.Of(_target.Url, assertions: ["body not_contains \"nothing\""]), Ct);
        Assert.Contains("the body is longer than 1 MiB", verdict.Detail!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyThatBreaksOff_IsANetworkError()
    {
        Answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
        Assert.Equal(FailureReason.NetworkError, (await _checker.CheckAsync(Asked.Of(_target.Url, assertions: ["body exists"]), Ct)).Reason);
    }

    [Fact]
    public async Task RedirectThatCannotBeFollowed_IsReadLikeAnyAnswer()
    {
        _target.Answer = ScriptedTarget.Status(302, "Location: app://callback\r\n", "moved");
        Assert.True((await _checker.CheckAsync(Asked.Of(_target.Url, status: null, assertions: ["status eq 302", "body eq \"moved\"", "header location eq \"app://callback\""]), Ct)).Success);
    }

    [Fact]
    public async Task Answer_IsOfTheLastResponse()
    {
        _target.Answer = (stream, request, ct) => (request.StartsWith("GET / ", StringComparison.Ordinal)
            ? ScriptedTarget.Status(302, "Location: /last\r\nX-First: 1\r\n", "first") : ScriptedTarget.Status(200, "X-Last: 1\r\n", "last"))(stream, request, ct);
        var answer = (await AnswerAsync())!;
        Assert.Equal((_target.Url + "last", "last"), (answer.Url, Text(answer)));
        Assert.Contains(answer.Headers, header => header.Key == "X-Last");
        Assert.DoesNotContain(answer.Headers, header => header.Key == "X-First");
    }

    [Fact]
    public async Task TooManyRedirects_ShowTheLastOne()
    {
        _target.Answer = ScriptedTarget.Status(302, "Location: /\r\nX-Loop: 1\r\n");
        Assert.Contains((await AnswerAsync())!.Headers, header => header.Key == "X-Loop");
    }

    [Fact]
    public async Task KeptConnection_HasThePeerThatWasMetWhenItWasOpened()
    {
        using var kept = new Checker(sender, ConnectionMode.KeepAlive);
        var first = (await kept.ObserveAsync(Asked.Of(_target.Url), Ct)).Peer;
        var second = (await kept.ObserveAsync(Asked.Of(_target.Url), Ct)).Peer;
        Assert.NotNull(first);
        Assert.Same(first, second);
        Assert.Equal(1, _target.Connections);
    }

    [Theory]
    [InlineData("header content-type contains \"json\"", true)]
    [InlineData("header x-missing exists", false)]
    [InlineData("body contains \"ok\"", true)]
    [InlineData("json $.ok eq true", true)]
    [InlineData("json $.n gt 3", false)]
    [InlineData("status in 200-299", true)]
    public async Task Assertion_IsJudged(string assertion, bool up)
    {
        _target.Answer = ScriptedTarget.Status(200, "Content-Type: application/json\r\n", "{\"ok\":true,\"n\":3}");
        Assert.Equal(up, (await _checker.CheckAsync(Asked.Of(_target.Url, assertions: [assertion]), Ct)).Success);
    }
}

public sealed class AnswersAreKeptOnEpoll() : AnswersAreKeptSuite(Sender.FastOnEpoll);

public sealed class AnswersAreKeptOnSockets() : AnswersAreKeptSuite(Sender.FastOnSockets);

public sealed class AnswersAreKeptOnFull() : AnswersAreKeptSuite(Sender.Full);
