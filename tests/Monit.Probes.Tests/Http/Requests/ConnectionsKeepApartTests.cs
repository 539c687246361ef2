using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Monit.Core.Checks.Settings;
using Monit.Probes.Http;
using Monit.Probes.Http.Full;
using Monit.Probes.Network;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>A kept connection serves only checks with the settings that it was made with, and ends when nobody uses it.</summary>
public sealed class ConnectionsKeepApartTests : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private static readonly NetworkSettings Keep = new() { Connection = ConnectionUse.KeepAlive };

    [Theory]
    [InlineData(ConnectionMode.New, ConnectionUse.KeepAlive, 1)]
    [InlineData(ConnectionMode.New, ConnectionUse.Default, 3)]
    [InlineData(ConnectionMode.KeepAlive, ConnectionUse.New, 3)]
    [InlineData(ConnectionMode.KeepAlive, ConnectionUse.Default, 1)]
    internal async Task Monitor_SaysWhetherConnectionsAreKept(ConnectionMode mode, ConnectionUse use, int connections)
    {
        using var checker = new Checker(Sender.FastOnEpoll, mode);
        for (var i = 0; i < 3; i++)
            Assert.True((await checker.CheckAsync(Asked.Of(_target.Url, network: new() { Connection = use }), Ct)).Success);
        Assert.Equal(connections, _target.Connections);
        var closes = connections == 3 ? "close" : null;
        Assert.All(_target.Requests, request => Assert.Equal(closes, Asked.Header(request, "Connection")));
    }

    [Fact]
    public async Task OtherSettings_AreOtherConnections()
    {
        using var checker = new Checker(Sender.FastOnEpoll, resolve: Asked.Here);
        var host = new RequestSettings { Headers = new Dictionary<string, string> { ["Host"] = "a.test" } };
        (string Url, RequestSettings? Request, NetworkSettings Network)[] others =
        [
            (_target.Url, null, Keep),
            (_target.Url, null, Keep with { IpFamily = IpFamily.V4 }),
            ($"http://name.test:{_target.Port}/", null, Keep),
            (_target.Url, host, Keep),
        ];
        for (var round = 0; round < 2; round++)
            foreach (var (url, request, network) in others)
                Assert.True((await checker.CheckAsync(Asked.Of(url, request, network: network), Ct)).Success);
        Assert.Equal(others.Length, _target.Connections);
        // What makes no difference to a connection does not keep apart.
        var header = new RequestSettings { Headers = new Dictionary<string, string> { ["X-A"] = "b" }, HttpVersion = HttpProtocol.Http11 };
        Assert.True((await checker.CheckAsync(Asked.Of(_target.Url, header, network: Keep, tls: new() { MinDays = 3, Verify = true }), Ct)).Success);
        Assert.Equal(others.Length, _target.Connections);
    }

    [Fact]
    public void Key_ComparesByValue()
    {
        var tls = new TlsSettings { Verify = false, Ca = "x" };
        TlsSettings?[] all = [null, tls, tls with { Verify = null }, tls with { Ca = "y" }, tls with { ClientCertificate = "c", ClientKey = "k" }, tls with { ClientCertificate = "c", ClientKey = "l" }];
        var keys = all.Select(Key).ToList();
        Assert.Equal(all.Length, keys.Distinct().Count());
        Assert.Equal(keys, all.Select(settings => Key(settings is null ? null : settings with { MinDays = 30 })));
        // Away from home no client certificate is used.
        Assert.Equal(Key(tls), Key(tls with { ClientCertificate = "c", ClientKey = "k" }, isHome: false));
    }

    private static ClientKey Key(TlsSettings? settings) => Key(settings, true);

    private static ClientKey Key(TlsSettings? settings, bool isHome) => new FullRequest(new CheckSettings { Tls = settings, Request = new() { Method = "HEAD" } },
        new Uri("https://a.test/"), isHome ? null : new Hop(new Uri("https://a.test/"), null, true, false)).Key;

    [Fact]
    public async Task KeptConnections_AreBounded_AndEndWhenUnused()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var connector = new TargetConnector(new TargetGuard(true), Asked.Here);
        using var engine = new FullEngine(Options.Create(new ProbeOptions { HttpSemaphoreCount = 5 }), connector, time);
        var probe = new HttpProbe(engine, engine, TimeProvider.System);
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await probe.RunAsync(Asked.Of($"http://host{i}.test:{_target.Port}/", network: Keep), false, Ct)).HttpStatus);
        Assert.Equal(5, engine.KeptConnections);
        await Eventually.True(() => _target.Open == 5, "the others are closed");
        time.Advance(TimeSpan.FromMinutes(2));
        await Eventually.True(() => _target.Open == 0, "unused ones are closed");
        Assert.Equal(0, engine.KeptConnections);
    }

    [Fact]
    public async Task ManyChecksAtOnce_EndWithoutHarmToEachOther()
    {
        using var checker = new Checker(Sender.FastOnEpoll);
        // Some time out, and their connections are not those of the others.
        _target.Answer = (stream, request, ct) => (request.Contains("/stall", StringComparison.Ordinal) ? ScriptedTarget.Stall() : ScriptedTarget.Status(200))(stream, request, ct);
        var request = new RequestSettings { Headers = new Dictionary<string, string> { ["X-A"] = "b" } };
        foreach (var use in (ConnectionUse[])[ConnectionUse.New, ConnectionUse.KeepAlive])
        {
            var verdicts = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
                checker.CheckAsync(Asked.Of(_target.Url + (i % 3 == 0 ? "stall" : "ok"), request, timeout: i % 3 == 0 ? 0.3 : 20, network: new() { Connection = use }), Ct)));
            Assert.All(verdicts.Index(), verdict => Assert.Equal(verdict.Index % 3 != 0, verdict.Item.Success));
        }
    }
}
