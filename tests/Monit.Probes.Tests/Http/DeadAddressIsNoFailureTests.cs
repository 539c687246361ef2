using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Probes.Network;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>Of several addresses of a target, one that answers is enough.</summary>
public sealed class DeadAddressIsNoFailureTests : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();
    private readonly List<Socket> _silent = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Sender> Senders => [Sender.FastOnEpoll, Sender.FastOnSockets, Sender.Full];

    public async ValueTask DisposeAsync()
    {
        _silent.ForEach(socket => socket.Dispose());
        await _target.DisposeAsync();
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task SilentFirstAddress_IsNoFailure(Sender sender)
    {
        var silent = await SilentAsync(IPAddress.Parse("127.0.0.2"));
        var seen = await CheckAsync(sender, [silent, IPAddress.Loopback]);
        Assert.True(seen is { Failure: null, HttpStatus: 200 }, $"{seen}");
        Assert.True(seen.Phases.Connect >= 200_000, $"{seen.Phases}");
        Assert.Equal(1, _target.Connections);
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task SilentIPv6_IsNoFailure(Sender sender)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        var silent = await SilentAsync(IPAddress.IPv6Loopback);
        Assert.Null((await CheckAsync(sender, [silent, IPAddress.Loopback])).Failure);
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task ManySilentAddresses_AreNoFailure(Sender sender)
    {
        var silent = new List<IPAddress>();
        for (var i = 2; i < 8; i++)
            silent.Add(await SilentAsync(IPAddress.Parse($"127.0.0.{i}")));
        Assert.Null((await CheckAsync(sender, [.. silent, IPAddress.Loopback])).Failure);
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task RefusingAndForbiddenAddresses_AreNoFailure(Sender sender) =>
        Assert.Null((await CheckAsync(sender, [IPAddress.Parse("127.0.0.3"), IPAddress.Parse("169.254.169.254"), IPAddress.Parse("fe80::1"), IPAddress.Loopback])).Failure);

    [Theory, MemberData(nameof(Senders))]
    public async Task ForbiddenAddressesOnly_AreBlocked(Sender sender) =>
        Assert.Equal(FailureReason.BlockedTarget, (await CheckAsync(sender, [IPAddress.Parse("169.254.169.254"), IPAddress.Parse("fe80::1")])).Failure?.Reason);

    [Theory, MemberData(nameof(Senders))]
    public async Task RefusingAddressesOnly_AreANetworkError(Sender sender) =>
        Assert.Equal(new Failure(FailureReason.NetworkError, FailureKind.Retryable), (await CheckAsync(sender, [IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.4")])).Failure);

    [Theory, MemberData(nameof(Senders))]
    public async Task SilentAddressesOnly_TimeOut(Sender sender) =>
        Assert.Equal(FailureReason.Timeout, (await CheckAsync(sender, [await SilentAsync(IPAddress.Parse("127.0.0.2")), IPAddress.Parse("127.0.0.3")], timeout: 1)).Failure?.Reason);

    [Theory, MemberData(nameof(Senders))]
    public async Task Loser_IsClosed(Sender sender)
    {
        var silent = await SilentAsync(IPAddress.Parse("127.0.0.2"));
        Assert.Null((await CheckAsync(sender, [silent, IPAddress.Loopback])).Failure);
        // The first of these filled the queue; once it is taken, an attempt that goes on would come through.
        using var filler = await _silent[0].AcceptAsync(Ct);
        using var later = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await later.ConnectAsync(new IPEndPoint(silent, _target.Port), Ct);
        using var next = await _silent[0].AcceptAsync(Ct);
        Assert.Equal(later.LocalEndPoint, next.RemoteEndPoint);
    }

    private async Task<Observation> CheckAsync(Sender sender, IPAddress[] addresses, double timeout = 10)
    {
        using var checker = new Checker(sender, resolve: (_, _) => Task.FromResult(addresses));
        return await checker.ObserveAsync(new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(timeout), 200, null, $"http://several.test:{_target.Port}/"), Ct);
    }

    /// <summary>An address that does not answer: with a full backlog the system drops further connection attempts.</summary>
    private async Task<IPAddress> SilentAsync(IPAddress address)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _silent.Insert(0, listener);
        listener.Bind(new IPEndPoint(address, _target.Port));
        listener.Listen(0);
        var filler = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _silent.Add(filler);
        await filler.ConnectAsync(new IPEndPoint(address, _target.Port), Ct);
        return address;
    }
}
