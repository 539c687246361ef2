using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>A request that may change something at the target is never sent twice by one check, whatever becomes of the connection.</summary>
public sealed class UnsafeRequestsAreSentOnceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?> Unsafe => new()
    {
        { "POST", null }, { "POST", "x" }, { "PUT", "x" }, { "PATCH", "x" }, { "DELETE", null }, { "DELETE", "x" }, { "PURGE", null }, { "MERGE", "x" },
    };

    private static CheckConfig Config(string url, string method, string? body, HttpProtocol version) =>
        Asked.Of(url, new() { Method = method, Body = body, HttpVersion = version }, network: new() { Connection = ConnectionUse.KeepAlive }, timeout: 10);

    [Theory, MemberData(nameof(Unsafe))]
    public async Task ServerThatClosesAfterReading_SeesItOnce(string method, string? body)
    {
        await using var target = new ScriptedTarget();
        using var checker = new Checker(Sender.FastOnEpoll);
        // A connection that is kept, which could be stale.
        Assert.True((await checker.CheckAsync(Config(target.Url, "GET", null, HttpProtocol.Http11), Ct)).Success);
        target.Answer = ScriptedTarget.Text("");
        Assert.Equal(FailureReason.NetworkError, (await checker.CheckAsync(Config(target.Url, method, body, HttpProtocol.Http11), Ct)).Reason);
        Assert.Equal(1, target.Requests.Count(request => request.StartsWith(method + " ", StringComparison.Ordinal)));
        Assert.Equal(2, target.Connections);
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("GET", "x")]
    [InlineData("HEAD", null)]
    [InlineData("OPTIONS", null)]
    [InlineData("OPTIONS", "x")]
    public async Task SafeRequest_OnAStaleConnection_IsSentOnAnother(string method, string? body)
    {
        await using var target = new ScriptedTarget();
        using var checker = new Checker(Sender.FastOnEpoll);
        var (first, config) = (true, Config(target.Url, method, body, HttpProtocol.Http11));
        target.Answer = (stream, request, ct) => ScriptedTarget.Text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", keepAlive: true)(stream, request, ct);
        Assert.True((await checker.CheckAsync(config, Ct)).Success);
        target.Answer = (stream, request, ct) =>
        {
            var answer = first ? ScriptedTarget.Text("") : ScriptedTarget.Text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", keepAlive: true);
            first = false;
            return answer(stream, request, ct);
        };
        var verdict = await checker.CheckAsync(config, Ct);
        Assert.True(verdict.Success, $"{verdict}");
        Assert.Equal((2, 3), (target.Connections, target.Requests.Count));
    }

    [Theory]
    [InlineData("POST", null, "refused")]
    [InlineData("POST", "x", "refused")]
    [InlineData("DELETE", null, "refused")]
    [InlineData("POST", null, "go away")]
    [InlineData("PUT", "x", "go away")]
    [InlineData("DELETE", null, "go away")]
    [InlineData("POST", "x", "close")]
    [InlineData("DELETE", null, "close")]
    public async Task Http2_ThatRefusesIt_SeesItOnce(string method, string? body, string how)
    {
        await using var target = new Http2Target();
        using var checker = new Checker(Sender.FastOnEpoll);
        Assert.True((await checker.CheckAsync(Config(target.Url, "GET", null, HttpProtocol.Http2), Ct)).Success);
        target.Answer = async (to, stream, id) =>
        {
            if (how == "refused")
                await to.SendAsync(stream, Http2Target.Reset, 0, id, [0, 0, 0, 7]);
            else if (how == "go away")
                await to.SendAsync(stream, Http2Target.GoAway, 0, 0, new byte[8]);
            return how != "close";
        };
        Assert.Equal(FailureReason.NetworkError, (await checker.CheckAsync(Config(target.Url, method, body, HttpProtocol.Http2), Ct)).Reason);
        Assert.Equal((2, 2), (target.Requests, target.Connections));
    }
}
