using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Probes.Http;
using Monit.Probes.Network;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>Checks of real servers, well-behaved and not, with each sender.</summary>
public abstract class HttpProbeSuite(Sender sender) : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _target.DisposeAsync();
    }

    private Checker Probe(bool allowPrivate = true, ConnectionMode mode = ConnectionMode.New, TargetResolver? resolve = null) =>
        new(sender, mode, resolve, allowPrivate);

    private static CheckConfig Config(string url, int status = 200, double timeout = 10, TimeSpan? latency = null) =>
        new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(timeout), status, latency, url);

    private async Task<Verdict> CheckAsync(CheckConfig config, Checker? probe = null)
    {
        return await (probe ?? Probe()).CheckAsync(config, Ct);
    }

    private async Task Fails(CheckConfig config, FailureReason reason, FailureKind kind, Checker? probe = null)
    {
        var result = await CheckAsync(config, probe);
        Assert.Equal((reason, kind), (result.Reason, result.Kind));
    }

    [Fact]
    public async Task ExpectedStatus_IsUp_WithStatusAndLatency()
    {
        var result = await CheckAsync(Config(_target.Url));
        Assert.True(result.Success);
        Assert.Equal(200, result.HttpStatus);
        Assert.True(result.Latency > TimeSpan.Zero);
    }

    [Fact]
    public async Task Request_CarriesNothingThatFalsifiesACheck()
    {
        using var activity = new System.Diagnostics.Activity("test").Start();
        await CheckAsync(Config(_target.Url + "a?b=c"));
        var request = Assert.Single(_target.Requests);
        Assert.StartsWith("GET /a?b=c HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("cookie", request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task WrongStatus_HasAReasonAndTheStatus()
    {
        _target.Answer = ScriptedTarget.Status(503);
        var result = await CheckAsync(Config(_target.Url));
        Assert.Equal((FailureReason.UnexpectedStatus, FailureKind.Definite, 503), (result.Reason, result.Kind, result.HttpStatus));
    }

    [Fact]
    public async Task SlowAnswer_HasAReason() =>
        await Fails(Config(_target.Url, latency: TimeSpan.FromTicks(1)), FailureReason.LatencyExceeded, FailureKind.Definite);

    [Fact]
    public async Task Latency_CoversTheBody()
    {
        _target.Answer = async (stream, request, ct) =>
        {
            await ScriptedTarget.Text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")(stream, request, ct);
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, ct);
            return await ScriptedTarget.Text("k", keepAlive: true)(stream, request, ct);
        };
        Assert.True((await CheckAsync(Config(_target.Url))).Latency >= TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task Redirect_IsFollowed()
    {
        _target.Answer = (stream, request, ct) => (request.StartsWith("GET / ", StringComparison.Ordinal)
            ? ScriptedTarget.Status(302, "Location: /next\r\n") : ScriptedTarget.Status(200))(stream, request, ct);
        Assert.True((await CheckAsync(Config(_target.Url))).Success);
        Assert.Equal(2, _target.Requests.Count);
    }

    [Fact]
    public async Task Redirect_ThatIsExpected_IsNotFollowed()
    {
        _target.Answer = ScriptedTarget.Status(301, "Location: /next\r\n");
        Assert.True((await CheckAsync(Config(_target.Url, status: 301))).Success);
        Assert.Single(_target.Requests);
    }

    [Fact]
    public async Task RedirectLoop_EndsAfterTen()
    {
        _target.Answer = ScriptedTarget.Status(302, "Location: /\r\n");
        await Fails(Config(_target.Url), FailureReason.TooManyRedirects, FailureKind.Definite);
        Assert.Equal(11, _target.Requests.Count);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://metadata.test/")]
    public async Task Redirect_ToAForbiddenAddress_IsBlocked(string location)
    {
        _target.Answer = ScriptedTarget.Status(302, $"Location: {location}\r\n");
        await Fails(Config(_target.Url), FailureReason.BlockedTarget, FailureKind.Definite,
            Probe(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("169.254.169.254")])));
    }

    [Fact]
    public async Task Redirect_ToANameThatDoesNotExist_IsNotTerminal()
    {
        _target.Answer = ScriptedTarget.Status(302, "Location: http://gone.test/\r\n");
        await Fails(Config(_target.Url), FailureReason.DnsFailure, FailureKind.Retryable,
            Probe(resolve: (_, _) => throw new SocketException((int)SocketError.HostNotFound)));
    }

    [Fact]
    public async Task Redirect_ToAnotherScheme_IsNotFollowed()
    {
        _target.Answer = ScriptedTarget.Status(302, "Location: file:///etc/passwd\r\n");
        await Fails(Config(_target.Url), FailureReason.UnexpectedStatus, FailureKind.Definite);
    }

    [Theory]
    [InlineData("//")]
    [InlineData("///x")]
    [InlineData("//[x]/")]
    [InlineData("http://")]
    public async Task Redirect_ToAnInvalidUrl_IsAnUnexpectedStatus(string location)
    {
        _target.Answer = ScriptedTarget.Status(302, $"Location: {location}\r\n");
        await Fails(Config(_target.Url), FailureReason.UnexpectedStatus, FailureKind.Definite);
    }

    [Theory]
    [InlineData("000")]
    [InlineData("099")]
    public async Task StatusThatDoesNotExist_IsNoHttp(string status)
    {
        _target.Answer = ScriptedTarget.Text($"HTTP/1.1 {status} Odd\r\nContent-Length: 0\r\n\r\n");
        var result = await CheckAsync(Config(_target.Url));
        Assert.Equal((FailureReason.NetworkError, FailureKind.Retryable, null), (result.Reason, result.Kind, result.HttpStatus));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    public async Task PrivateTarget_IsBlocked_WithoutAConnection(string url)
    {
        await Fails(Config(string.Format(System.Globalization.CultureInfo.InvariantCulture, url, _target.Port)),
            FailureReason.BlockedTarget, FailureKind.Definite, Probe(allowPrivate: false));
        Assert.Equal(0, _target.Connections);
    }

    [Fact]
    public async Task Name_IsJudgedByTheAddressConnectedTo()
    {
        // DNS rebinding: the guard checks the address connected to, so of mixed addresses only allowed ones are used.
        var probe = Probe(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("169.254.169.254"), IPAddress.Loopback]));
        Assert.True((await probe.CheckAsync(Config($"http://rebind.test:{_target.Port}/"), Ct)).Success);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a url")]
    [InlineData("/relative")]
    [InlineData("http://")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://exa mple/")]
    public async Task UnparsableUrl_IsTerminal(string url) =>
        await Fails(Config(url), FailureReason.InvalidRequest, FailureKind.Terminal);

    [Theory]
    [InlineData(SocketError.HostNotFound, FailureKind.Terminal)]
    [InlineData(SocketError.TryAgain, FailureKind.Retryable)]
    internal async Task DnsFailure_IsTerminalOnlyWhenTheNameDoesNotExist(SocketError error, FailureKind kind) =>
        await Fails(Config("http://name.test/"), FailureReason.DnsFailure, kind,
            Probe(resolve: (_, _) => throw new SocketException((int)error)));

    [Fact]
    public async Task InternalError_IsNotAnOutage()
    {
        var thrown = await Assert.ThrowsAnyAsync<Exception>(() =>
            CheckAsync(Config("http://name.test/"), Probe(resolve: (_, _) => throw new InvalidOperationException("a bug"))));
        Assert.Equal("a bug", Assert.IsType<InvalidOperationException>(thrown.GetBaseException()).Message);
    }

    [Fact]
    public async Task NoAddress_IsTerminal() =>
        await Fails(Config("http://name.test/"), FailureReason.DnsFailure, FailureKind.Terminal,
            Probe(resolve: (_, _) => Task.FromResult<IPAddress[]>([])));

    [Fact]
    public async Task Refused_IsANetworkError()
    {
        _target.Stop();
        var result = await CheckAsync(Config(_target.Url));
        Assert.Equal((FailureReason.NetworkError, FailureKind.Retryable), (result.Reason, result.Kind));
        Assert.Null(result.HttpStatus);
    }

    [Fact]
    public async Task TimeOut_IsTheMonitorsOwn()
    {
        _target.Answer = ScriptedTarget.Stall();
        await Fails(Config(_target.Url, timeout: 0.2), FailureReason.Timeout, FailureKind.Retryable);
    }

    [Fact]
    public async Task StalledHead_TimesOut()
    {
        _target.Answer = ScriptedTarget.Stall("HTTP/1.1 200 OK\r\n");
        await Fails(Config(_target.Url, timeout: 0.2), FailureReason.Timeout, FailureKind.Retryable);
    }

    [Fact]
    public async Task StalledConnection_IsClosedWithItsCheck()
    {
        var closed = new TaskCompletionSource();
        _target.Answer = async (stream, _, ct) =>
        {
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, ct);
            closed.SetResult();
            return false;
        };
        await Fails(Config(_target.Url, timeout: 0.2), FailureReason.Timeout, FailureKind.Retryable);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(5), Ct);
    }

    [Fact]
    public async Task StalledHandshake_TimesOutAndIsClosed()
    {
        // The target speaks no TLS: it waits for a request head that never ends.
        var probe = Probe();
        var result = await probe.CheckAsync(Config($"https://127.0.0.1:{_target.Port}/", timeout: 0.2), Ct);
        Assert.Equal((FailureReason.Timeout, FailureKind.Retryable), (result.Reason, result.Kind));
        await Eventually.True(() => _target.Open == 0, "the connection is closed");
    }

    [Fact]
    public async Task EndlessHeaders_AreANetworkError()
    {
        _target.Answer = ScriptedTarget.Endless("HTTP/1.1 200 OK\r\n", new string('x', 1000) + ": y\r\n");
        await Fails(Config(_target.Url), FailureReason.NetworkError, FailureKind.Retryable);
    }

    [Fact]
    public async Task EndlessInterimResponses_TimeOut()
    {
        _target.Answer = ScriptedTarget.Endless("", "HTTP/1.1 103 Early Hints\r\n\r\n", TimeSpan.FromMilliseconds(1));
        await Fails(Config(_target.Url, timeout: 0.3), FailureReason.Timeout, FailureKind.Retryable);
    }

    [Fact]
    public async Task EndlessBody_IsReadUpToTheCap()
    {
        _target.Answer = ScriptedTarget.Endless("HTTP/1.1 200 OK\r\n\r\n", new string('x', 8000));
        Assert.True((await CheckAsync(Config(_target.Url))).Success);
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1 9x9 Nope\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("")]
    public async Task BrokenResponse_IsANetworkError(string response)
    {
        _target.Answer = ScriptedTarget.Text(response);
        await Fails(Config(_target.Url), FailureReason.NetworkError, FailureKind.Retryable);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(365)]
    public async Task Certificate_ExpiredOrUntrusted_IsATlsError(int daysLeft)
    {
        await using var target = new ScriptedTarget(ScriptedTarget.Certificate(TimeProvider.System.GetUtcNow().AddDays(daysLeft)));
        await Fails(Config(target.Url), FailureReason.TlsError, FailureKind.Definite);
    }

    [Fact]
    public async Task NewConnection_IsMadeForEveryCheck()
    {
        var probe = Probe();
        for (var i = 0; i < 3; i++)
            Assert.True((await probe.CheckAsync(Config(_target.Url), Ct)).Success);
        Assert.Equal(3, _target.Connections);
    }

    [Fact]
    public async Task KeepAlive_ReusesTheConnection()
    {
        var probe = Probe(mode: ConnectionMode.KeepAlive);
        for (var i = 0; i < 3; i++)
            Assert.True((await probe.CheckAsync(Config(_target.Url), Ct)).Success);
        Assert.Equal(1, _target.Connections);
    }

    [Fact]
    public async Task KeepAlive_SendsTheSameRequestsAsNewConnections()
    {
        string[] urls =
        [
            "", "plain", "a.b/c-d_e~f?g=h&i=j", "..a/b", "a/../b", "a/./b", "a/..", "a/.b", "?q=/../x", "b c", "b%20c", "%7Ea", "ä?ö=ü", "d#fragment",
            "e\\f", "//g", "h?i?j", "k:l@m", "n+o,p;q", "\"<>", "r\ns", " t",
        ];
        var (kept, made) = (Probe(mode: ConnectionMode.KeepAlive), Probe());
        foreach (var url in urls.Select(path => _target.Url + path).Append(_target.Url.TrimEnd('/')).Append(_target.Url.ToUpperInvariant() + "U").Append(_target.Url.Replace("127", "user@127", StringComparison.Ordinal) + "v"))
        {
            Assert.Equal((await made.CheckAsync(Config(url), Ct)).Success, (await kept.CheckAsync(Config(url), Ct)).Success);
            var asked = _target.Requests;
            Assert.Equal(asked[^2].Replace("Connection: close\r\n", "", StringComparison.Ordinal), asked[^1]);
        }
    }

    [Fact]
    public async Task KeepAlive_FailedCheck_DoesNotCloseAConnectionThatAnotherCheckUses()
    {
        await using var second = new ScriptedTarget();
        var moved = ScriptedTarget.Status(302, $"Location: {second.Url}\r\n", body: "");
        _target.Answer = async (stream, request, ct) =>
        {
            if (request.StartsWith("GET /moved ", StringComparison.Ordinal))
                return await moved(stream, request, ct);
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, ct);
            return await ScriptedTarget.Status(200)(stream, request, ct);
        };
        var probe = Probe(mode: ConnectionMode.KeepAlive);
        Assert.True((await probe.CheckAsync(Config(second.Url), Ct)).Success);
        second.Answer = ScriptedTarget.Stall();

        var failing = probe.CheckAsync(Config(_target.Url + "moved", timeout: 1), Ct);
        await Eventually.True(() => second.Requests.Count == 2, "it has followed to the second target");
        var other = probe.CheckAsync(Config(_target.Url), Ct);

        Assert.Equal(FailureReason.Timeout, (await failing).Reason);
        Assert.Null((await other).Reason);
        Assert.Equal(1, _target.Connections);
    }

    [Fact]
    public async Task Phases_OfANewConnection_AddUpToTheWhole()
    {
        _target.Answer = async (stream, request, ct) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(60), TimeProvider.System, ct);
            await ScriptedTarget.Text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")(stream, request, ct);
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, ct);
            return await ScriptedTarget.Text("k", keepAlive: true)(stream, request, ct);
        };
        var probe = Probe(resolve: async (_, ct) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
            return [IPAddress.Loopback];
        });
        var seen = await probe.ObserveAsync(Config($"http://name.test:{_target.Port}/"), Ct);

        var phases = seen.Phases;
        Assert.True(phases.Dns >= 10_000 && phases.Connect > 0 && phases.FirstByte >= 40_000 && phases.Transfer >= 15_000, $"{phases}");
        Assert.Equal(0u, phases.Tls);
        var sum = phases.Dns + phases.Connect + phases.FirstByte + phases.Transfer;
        // Far below the delays above, since timers may be early and a loaded machine adds to the whole, and never more than the whole.
        Assert.InRange(sum, 65_000, seen.Total.TotalMicroseconds + 5);
    }

    [Fact]
    public async Task Phases_OfAReusedConnection_AreThoseOfTheRequest()
    {
        var probe = Probe(mode: ConnectionMode.KeepAlive);
        Assert.True((await probe.ObserveAsync(Config(_target.Url), Ct)).Phases.Connect > 0);
        var phases = (await probe.ObserveAsync(Config(_target.Url), Ct)).Phases;
        Assert.Equal((0u, 0u, 0u), (phases.Dns, phases.Connect, phases.Tls));
        Assert.True(phases.FirstByte > 0 && phases.Transfer > 0, $"{phases}");
    }

    [Fact]
    public async Task Phases_OfATimeOut_EndWhereItHung()
    {
        var slow = Probe(resolve: async (_, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            return [];
        });
        var phases = (await slow.ObserveAsync(Config("http://name.test/", timeout: 0.2), Ct)).Phases;
        Assert.True(phases.Dns >= 50_000, $"{phases}");
        Assert.Equal((0u, 0u, 0u, 0u), (phases.Connect, phases.Tls, phases.FirstByte, phases.Transfer));

        // It waits for a request head that never ends: the handshake hangs.
        phases = (await Probe().ObserveAsync(Config($"https://127.0.0.1:{_target.Port}/", timeout: 0.2), Ct)).Phases;
        Assert.True(phases.Tls >= 20_000 && phases.Connect > 0, $"{phases}");
        Assert.Equal((0u, 0u, 0u), (phases.Dns, phases.FirstByte, phases.Transfer));

        _target.Answer = ScriptedTarget.Stall();
        phases = (await Probe().ObserveAsync(Config(_target.Url, timeout: 0.2), Ct)).Phases;
        Assert.True(phases.FirstByte >= 20_000, $"{phases}");
        Assert.Equal(0u, phases.Transfer);
    }

    [Fact]
    public async Task Abort_IsNotAResult()
    {
        var probe = Probe();
        using var abort = new CancellationTokenSource();
        // The reused time limit of an earlier check must still observe the abort.
        Assert.True((await probe.CheckAsync(Config(_target.Url), CancellationToken.None)).Success);
        Assert.True((await probe.CheckAsync(Config(_target.Url), abort.Token)).Success);
        _target.Answer = ScriptedTarget.Stall();
        var check = probe.CheckAsync(Config(_target.Url, timeout: 60), abort.Token);
        await Eventually.True(() => _target.Requests.Count == 3, "the request has arrived");
        await abort.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check.WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }
}

public sealed class HttpProbeOnEpoll() : HttpProbeSuite(Sender.FastOnEpoll);

public sealed class HttpProbeOnSockets() : HttpProbeSuite(Sender.FastOnSockets);

public sealed class HttpProbeOnFull() : HttpProbeSuite(Sender.Full);
