using System.Net;
using System.Net.Sockets;
using Monit.Probes.Network.Sockets;

namespace Monit.Probes.Tests.Network;

/// <summary>Cases that the tests of the probe do not cover.</summary>
public sealed class EpollStreamTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    // A peer that nobody holds is collected, and its connection with it, while a test still waits for it.
    private readonly List<Socket> _peers = [];

    public EpollStreamTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        _listener.Dispose();
    }

    [Fact]
    public async Task EndTogetherWithData_IsReadAfterTheData()
    {
        var (stream, peer) = await ConnectAsync();
        peer.Send("ab"u8);
        peer.Dispose();
        var buffer = new byte[8];
        Assert.Equal(2, await stream.ReadAtLeastAsync(buffer, 2, cancellationToken: Ct));
        Assert.Equal(0, await stream.ReadAsync(buffer, Ct));
        Assert.Equal(0, await stream.ReadAsync(buffer, Ct));
    }

    [Fact]
    public async Task Read_OfLessThanThereIs_LeavesTheRest()
    {
        var (stream, peer) = await ConnectAsync();
        peer.Send("abc"u8);
        var buffer = new byte[1];
        foreach (var expected in "abc"u8.ToArray())
        {
            Assert.Equal(1, await stream.ReadAsync(buffer, Ct));
            Assert.Equal(expected, buffer[0]);
        }
        var next = stream.ReadAsync(buffer, Ct);
        Assert.False(next.IsCompleted);
        peer.Send("d"u8);
        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task ZeroByteRead_WaitsForData()
    {
        var (stream, peer) = await ConnectAsync();
        var something = stream.ReadAsync(Memory<byte>.Empty, Ct);
        Assert.False(something.IsCompleted);
        peer.Send("a"u8);
        Assert.Equal(0, await something);
        Assert.Equal(1, await stream.ReadAsync(new byte[8], Ct));
    }

    [Fact]
    public async Task CancelledRead_ConsumesNothing_AndAnotherReadMayFollow()
    {
        var (stream, peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var (abandoned, buffer) = (new byte[8], new byte[8]);
        var read = stream.ReadAsync(abandoned, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.AsTask());
        peer.Send("ab"u8);
        Assert.Equal(2, await stream.ReadAtLeastAsync(buffer, 2, cancellationToken: Ct));
        Assert.Equal(new byte[8], abandoned);
    }

    [Fact]
    public async Task WriteBeyondTheBuffer_ContinuesAsThePeerReads()
    {
        var (stream, peer) = await ConnectAsync();
        var sent = new byte[16 * 1024 * 1024];
        Random.Shared.NextBytes(sent);
        var writing = stream.WriteAsync(sent, Ct);
        Assert.False(writing.IsCompleted);
        var received = new byte[sent.Length];
        await using var other = new NetworkStream(peer, ownsSocket: true);
        await other.ReadExactlyAsync(received, Ct);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task WriteThatThePeerDoesNotRead_EndsWithItsToken()
    {
        var (stream, _) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var writing = stream.WriteAsync(new byte[16 * 1024 * 1024], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task Disposed_EndsItsRead()
    {
        var (stream, _) = await ConnectAsync();
        var read = stream.ReadAsync(new byte[8], Ct).AsTask();
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
    }

    [Fact]
    public async Task BrokenConnection_IsAnIOExceptionWithItsCause()
    {
        var (stream, peer) = await ConnectAsync();
        var read = stream.ReadAsync(new byte[8], Ct).AsTask();
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
        var failure = await Assert.ThrowsAsync<IOException>(() => read);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(failure.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task RefusedConnection_ThrowsConnectionRefused()
    {
        var target = (IPEndPoint)_listener.LocalEndPoint!;
        _listener.Dispose();
        var failure = await Assert.ThrowsAsync<SocketException>(() => EpollStream.ConnectAsync(target, inline: true, Ct).AsTask());
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task ConnectionThatIsNotAccepted_EndsWithItsToken_AndWorksIfAcceptedLater()
    {
        // With a full backlog the system does not answer further connection attempts.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var target = (IPEndPoint)full.LocalEndPoint!;
        await using var first = await EpollStream.ConnectAsync(target, inline: true, Ct);
        using var cancel = new CancellationTokenSource();
        var cancelled = EpollStream.ConnectAsync(target, inline: true, cancel.Token).AsTask();
        var patient = EpollStream.ConnectAsync(target, inline: true, Ct).AsTask();
        Assert.False(cancelled.IsCompleted || patient.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        using var accepted = await full.AcceptAsync(Ct);
        // The system retransmits the SYN after a second.
        await using var second = await patient;
        await second.WriteAsync("a"u8.ToArray(), Ct);
    }

    private async Task<(EpollStream Stream, Socket Peer)> ConnectAsync()
    {
        var stream = await EpollStream.ConnectAsync((IPEndPoint)_listener.LocalEndPoint!, inline: true, Ct);
        _peers.Add(await _listener.AcceptAsync(Ct));
        return (stream, _peers[^1]);
    }
}
