using System.Net;
using System.Net.Sockets;
using Monit.Probes.Network;

namespace Monit.Probes.Tests.Network;

public sealed class ConnectionRaceTests
{
    private static readonly IPAddress[] Four = [.. Enumerable.Range(1, 4).Select(i => IPAddress.Parse($"192.0.2.{i}"))];

    private readonly Dictionary<IPAddress, TaskCompletionSource<Stream>> _attempts = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Families_TakeTurns()
    {
        IPAddress[] addresses = [.. new[] { "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2" }.Select(IPAddress.Parse)];
        Assert.Equal(["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"], ConnectionRace.InTurns(addresses, v6First: true).Select(a => a.ToString()));
        Assert.Equal(["192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2", "192.0.2.3"], ConnectionRace.InTurns(addresses, v6First: false).Select(a => a.ToString()));
    }

    [Fact]
    public async Task FailedAttempt_StartsTheNextAtOnce()
    {
        var time = new StoppedTime();
        var race = RaceAsync(Four, time);
        Assert.Single(_attempts);
        _attempts[Four[0]].SetException(new SocketException((int)SocketError.ConnectionRefused));
        using var won = new MemoryStream();
        await WaitFor(Four[1]);
        _attempts[Four[1]].SetResult(won);
        Assert.Same(won, (await race).Connection);
        Assert.Equal(2, _attempts.Count);
    }

    [Fact]
    public async Task ConnectionThatComesTooLate_IsClosed()
    {
        var race = RaceAsync(Four[..2], TimeProvider.System);
        await WaitFor(Four[1]);
        using var won = new MemoryStream();
        var late = new MemoryStream();
        _attempts[Four[1]].SetResult(won);
        Assert.Same(won, (await race).Connection);
        _attempts[Four[0]].SetResult(late);
        await Monit.Testing.Eventually.True(() => !late.CanRead, "the loser is closed");
        Assert.True(won.CanRead);
    }

    [Fact]
    public async Task LackOfFiles_WaitsForAnAttemptThatIsPending()
    {
        var race = RaceAsync(Four[..2], TimeProvider.System);
        await WaitFor(Four[1]);
        _attempts[Four[1]].SetException(new SocketException((int)SocketError.TooManyOpenSockets));
        using var won = new MemoryStream();
        _attempts[Four[0]].SetResult(won);
        Assert.Same(won, (await race).Connection);
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets, SocketError.ConnectionRefused, SocketError.TooManyOpenSockets)]
    [InlineData(SocketError.ConnectionRefused, SocketError.NetworkUnreachable, SocketError.ConnectionRefused)]
    [InlineData(SocketError.NetworkUnreachable, SocketError.TimedOut, SocketError.TimedOut)]
    [InlineData(SocketError.ConnectionRefused, SocketError.TimedOut, SocketError.TimedOut)]
    internal async Task Failure_IsTheMostTelling(SocketError first, SocketError second, SocketError told)
    {
        var race = RaceAsync(Four[..2], new StoppedTime());
        _attempts[Four[0]].SetException(new SocketException((int)first));
        await WaitFor(Four[1]);
        _attempts[Four[1]].SetException(new SocketException((int)second));
        Assert.Equal(told, (await Assert.ThrowsAsync<SocketException>(() => race)).SocketErrorCode);
    }

    [Fact]
    public async Task SixthAddress_IsTriedThoughOthersAreSilent()
    {
        IPAddress[] six = [.. Four, IPAddress.Parse("192.0.2.5"), IPAddress.Parse("192.0.2.6")];
        var race = RaceAsync(six, TimeProvider.System);
        await WaitFor(six[5]);
        using var won = new MemoryStream();
        _attempts[six[5]].SetResult(won);
        Assert.Same(won, (await race).Connection);
    }

    private Task<(Stream Connection, IPAddress Address)> RaceAsync(IPAddress[] addresses, TimeProvider time) => ConnectionRace.RunAsync(addresses, (address, _) =>
    {
        var attempt = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_attempts)
            _attempts[address] = attempt;
        return new ValueTask<Stream>(attempt.Task);
    }, time, Ct).AsTask();

    private Task WaitFor(IPAddress address) => Monit.Testing.Eventually.True(() =>
    {
        lock (_attempts)
            return _attempts.ContainsKey(address);
    }, $"{address} is tried");

    /// <summary>Its timers never come.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
    }
}
