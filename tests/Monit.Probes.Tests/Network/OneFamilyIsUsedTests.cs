using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network;
using Monit.Probes.Network.Names;
using Monit.Probes.Tests.Network.Names;

namespace Monit.Probes.Tests.Network;

/// <summary>A monitor of IPv4 or IPv6 only connects to nothing else, says so where there is nothing, and gets around no guard.</summary>
public sealed class OneFamilyIsUsedTests : IDisposable
{
    private static readonly IPAddress[] Both = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    private readonly TcpListener _v4 = new(IPAddress.Loopback, 0);
    private readonly TcpListener? _v6;

    public OneFamilyIsUsedTests()
    {
        _v4.Start();
        if (Socket.OSSupportsIPv6)
            (_v6 = new TcpListener(IPAddress.IPv6Loopback, Port)).Start();
    }

    public static TheoryData<bool> Sockets => OperatingSystem.IsLinux() ? [true, false] : [false];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_v4.LocalEndpoint).Port;

    public void Dispose()
    {
        _v4.Dispose();
        _v6?.Dispose();
    }

    [Theory, MemberData(nameof(Sockets))]
    public async Task NameWithBoth_IsReachedByTheOneAskedFor(bool epoll)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        Assert.Equal((null, IPAddress.Loopback), await ConnectAsync("both.test", IpFamily.V4, epoll, Both));
        Assert.Equal((null, IPAddress.IPv6Loopback), await ConnectAsync("both.test", IpFamily.V6, epoll, Both));
        Assert.Contains((await ConnectAsync("both.test", IpFamily.Any, epoll, Both)).Address, Both);
    }

    [Theory]
    [InlineData("one.test", IpFamily.V6, "127.0.0.1", "no IPv6 address")]
    [InlineData("one.test", IpFamily.V4, "::1", "no IPv4 address")]
    [InlineData("one.test", IpFamily.V6, "::ffff:127.0.0.1", "no IPv6 address")]
    [InlineData("127.0.0.1", IpFamily.V6, "", "no IPv6 address: the URL has an IPv4 address")]
    [InlineData("[::ffff:127.0.0.1]", IpFamily.V6, "", "no IPv6 address: the URL has an IPv4 address")]
    [InlineData("[::1]", IpFamily.V4, "", "no IPv4 address: the URL has an IPv6 address")]
    [InlineData("[2002:7f00:1::]", IpFamily.V4, "", "no IPv4 address: the URL has an IPv6 address")]
    public async Task NoneOfTheFamily_IsAFailureOfTheName(string host, IpFamily family, string resolved, string detail)
    {
        Assert.Equal((new Failure(FailureReason.DnsFailure, FailureKind.Terminal, detail), null),
            await ConnectAsync(host, family, false, resolved.Length == 0 ? [] : [IPAddress.Parse(resolved)]));
        Assert.False(_v4.Pending());
    }

    [Theory, MemberData(nameof(Sockets))]
    public async Task IPv4WithinIPv6_IsIPv4(bool epoll)
    {
        foreach (var family in new[] { IpFamily.Any, IpFamily.V4 })
            foreach (var host in new[] { "[::ffff:127.0.0.1]", "::ffff:7f00:1", "127.0.0.1" })
                Assert.Equal((null, IPAddress.Loopback), await ConnectAsync(host, family, epoll, []));
    }

    [Theory]
    [InlineData("127.0.0.1", IpFamily.V4)]
    [InlineData("[::ffff:127.0.0.1]", IpFamily.V4)]
    [InlineData("[::ffff:169.254.169.254]", IpFamily.V4)]
    [InlineData("[::1]", IpFamily.V6)]
    [InlineData("[::127.0.0.1]", IpFamily.V6)]
    [InlineData("[64:ff9b::7f00:1]", IpFamily.V6)]
    [InlineData("[2002:7f00:1::]", IpFamily.V6)]
    [InlineData("[fe80::1]", IpFamily.V6)]
    [InlineData("private.test", IpFamily.V4)]
    [InlineData("private.test", IpFamily.V6)]
    public async Task Guard_IsNotGotAround(string host, IpFamily family)
    {
        Assert.Equal((new Failure(FailureReason.BlockedTarget, FailureKind.Definite), null), await ConnectAsync(host, family, false, [.. Both, IPAddress.Parse("::ffff:10.0.0.1")], allowPrivate: false));
        Assert.False(_v4.Pending() || _v6?.Pending() == true);
    }

    [Fact]
    public async Task Refusal_LeavesWhoWasTriedLast()
    {
        var (failure, address) = await ConnectAsync("several.test", IpFamily.V4, false, [IPAddress.Parse("127.0.0.7"), IPAddress.Parse("127.0.0.8")]);
        Assert.Equal((FailureReason.NetworkError, IPAddress.Parse("127.0.0.8")), (failure?.Reason, address));
        (failure, address) = await ConnectAsync("127.0.0.9", IpFamily.Any, false, []);
        Assert.Equal((FailureReason.NetworkError, IPAddress.Parse("127.0.0.9")), (failure?.Reason, address));
    }

    [Theory, MemberData(nameof(Sockets))]
    public async Task TimeOut_LeavesWhoWasTriedLast_AndAWinnerIsWhoHasAnswered(bool epoll)
    {
        using var silent = await SilentAsync("127.0.0.5");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var clock = new PhaseClock(TimeProvider.System);
        clock.Start();
        var opening = Connector(epoll, true, [IPAddress.Parse("127.0.0.5")]).OpenAsync("silent.test", Port, ConnectionPlan.Plain, false, clock, end.Token).AsTask();
        await Monit.Testing.Eventually.True(() => clock.Peer is not null, "it is tried");
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Equal(IPAddress.Parse("127.0.0.5"), clock.Stop(null, null).Peer?.Address);

        Assert.Equal((null, IPAddress.Loopback), await ConnectAsync("several.test", IpFamily.Any, epoll, [IPAddress.Parse("127.0.0.5"), IPAddress.Loopback]));
    }

    [Fact]
    public async Task Resolver_IsAskedForNothingElse()
    {
        using var dns = new DnsServer();
        using var system = new SystemResolver(_ => []);
        var folder = Directory.CreateTempSubdirectory("monit-dns").FullName;
        var (conf, hosts) = (Path.Combine(folder, "resolv.conf"), Path.Combine(folder, "hosts"));
        await File.WriteAllTextAsync(conf, "nameserver 127.0.0.1\n", Ct);
        await File.WriteAllTextAsync(hosts, "192.0.2.9 partly.example.org\n", Ct);
        var names = new NameResolver(system, TimeProvider.System, conf, hosts, dns.Port, "machine");
        // The other family's question would be answered long before.
        dns.Answer = question => question.Name == "four.example.org" ? question.Addresses("192.0.2.1") : question.Addresses("192.0.2.1", "2001:db8::1");

        Assert.Equal([IPAddress.Parse("2001:db8::1")], await names.ResolveAsync("both.example.org", IpFamily.V6, Ct));
        Assert.Equal(["both.example.org AAAA"], dns.Asked);
        Assert.Equal([IPAddress.Parse("192.0.2.1")], await names.ResolveAsync("both.example.org", IpFamily.V4, Ct));
        Assert.Equal(["both.example.org AAAA", "both.example.org A"], dns.Asked);
        Assert.Equal(2, (await names.ResolveAsync("both.example.org", Ct)).Length);

        // As glibc does, it asks for what the hosts file does not have.
        Assert.Equal([IPAddress.Parse("192.0.2.9")], await names.ResolveAsync("partly.example.org", IpFamily.V4, Ct));
        Assert.Equal([IPAddress.Parse("2001:db8::1")], await names.ResolveAsync("partly.example.org", IpFamily.V6, Ct));

        var connector = new TargetConnector(new TargetGuard(true), names.ResolveAsync, names.ResolveAsync);
        Assert.Equal((new Failure(FailureReason.DnsFailure, FailureKind.Terminal, "no IPv6 address"), null), await ConnectAsync(connector, "four.example.org", IpFamily.V6));
        Directory.Delete(folder, recursive: true);
    }

    private Task<(Failure? Failure, IPAddress? Address)> ConnectAsync(string host, IpFamily family, bool epoll, IPAddress[] resolved, bool allowPrivate = true) =>
        ConnectAsync(Connector(epoll, allowPrivate, resolved), host, family);

    private async Task<(Failure? Failure, IPAddress? Address)> ConnectAsync(TargetConnector connector, string host, IpFamily family)
    {
        var clock = new PhaseClock(TimeProvider.System);
        clock.Start();
        try
        {
            var open = await connector.OpenAsync(host, Port, new ConnectionPlan(IsSecure: false, family), inline: false, clock, Ct);
            await open.Stream.DisposeAsync();
            Assert.Same(clock.Peer, open.Peer);
            return (null, open.Peer.Address);
        }
        catch (Exception failure) when (FailureClassifier.Classify(failure) is { } cause)
        {
            return (cause, clock.Peer?.Address);
        }
    }

    private static TargetConnector Connector(bool epoll, bool allowPrivate, IPAddress[] resolved) =>
        new(new TargetGuard(allowPrivate), (_, _) => Task.FromResult(resolved)) { UsesEpoll = epoll };

    // With a full backlog the system drops further attempts.
    private async Task<IDisposable> SilentAsync(string address)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(address), Port));
        listener.Listen(0);
        using var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await filler.ConnectAsync(listener.LocalEndPoint!, Ct);
        return listener;
    }
}
