using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>A hostile server that speaks HTTP/2 costs no more than one that speaks HTTP/1.1, whatever its frames are.</summary>
public sealed class Http2FloodsEndTests : IAsyncDisposable
{
    // What the sockets' buffers take is among it.
    private const long Much = 32 * 1024 * 1024;

    private readonly Http2Target _target = new();
    private readonly Checker _checker = new(Sender.FastOnEpoll);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _checker.Dispose();
        return _target.DisposeAsync();
    }

    private CheckConfig Config(ConnectionUse use = ConnectionUse.New, params string[] assertions) =>
        Asked.Of(_target.Url, new() { HttpVersion = HttpProtocol.Http2 }, network: new() { Connection = use }, assertions: assertions, timeout: 30);

    [Fact]
    public async Task Answer_IsThatOfTheServer()
    {
        var seen = await _checker.ObserveAsync(Config(), Ct, withAnswer: true);
        Assert.Equal((200, "2", "ok", true), (seen.HttpStatus, seen.Answer!.HttpVersion, System.Text.Encoding.ASCII.GetString(seen.Answer.Body.Span), seen.Answer.IsWhole));
    }

    [Theory]
    [InlineData("ping", Http2Target.Ping, 0, 8, 0, false)]
    [InlineData("settings", Http2Target.Settings, 0, 0, 0, false)]
    [InlineData("continuation, empty", Http2Target.Continuation, 0, 0, 1, false)]
    [InlineData("continuation, full", Http2Target.Continuation, 0, 16_000, 1, false)]
    [InlineData("unknown frames", 99, 0, 16_000, 0, false)]
    [InlineData("empty data", Http2Target.Data, 0, 0, 1, true)]
    [InlineData("small pieces of data", Http2Target.Data, 0, 1, 1, true)]
    [InlineData("padding", Http2Target.Data, Http2Target.Padded, 256, 1, true)]
    [InlineData("ping in the body", Http2Target.Ping, 0, 8, 0, true)]
    public async Task Flood_EndsWithinTheCaps(string what, byte type, byte flags, int length, int ofStream, bool isAnswered)
    {
        _target.Answer = async (target, stream, id) =>
        {
            // A header that goes on, or a whole head.
            var begins = type == Http2Target.Continuation;
            if (begins || isAnswered)
                await target.SendAsync(stream, Http2Target.Headers, begins ? (byte)0 : Http2Target.EndHeaders, id, Http2Target.Ok);
            var payload = new byte[length];
            if (flags == Http2Target.Padded)
                payload[0] = 255;
            else if (begins && length > 0)
                // A literal header of 15 900 bytes, whose name is new each time.
                Header(length).CopyTo(payload, 0);
            while (target.Sent < 2 * Much)
                await target.SendAsync(stream, type, flags, ofStream == 0 ? 0 : id, payload);
            return false;
        };
        var verdict = await _checker.CheckAsync(Config(), Ct);
        // Whether the head is seen before the flood has ended the connection is a race.
        Assert.True(verdict.Reason == FailureReason.NetworkError || (isAnswered && verdict.Success), $"{what}: {verdict}");
        await Eventually.True(() => _target.Open == 0, "the connection is closed");
        Assert.True(_target.Sent < Much, $"{what}: {_target.Sent} bytes");
    }

    [Fact]
    public async Task Flood_BetweenTwoChecks_EndsTheConnection()
    {
        _target.Answer = async (target, stream, id) =>
        {
            await target.SendAsync(stream, Http2Target.Headers, Http2Target.EndHeaders | Http2Target.EndStream, id, Http2Target.Ok);
            while (target.Sent < 2 * Much)
                await target.SendAsync(stream, Http2Target.Ping, 0, 0, new byte[8]);
            return false;
        };
        Assert.True((await _checker.CheckAsync(Config(ConnectionUse.KeepAlive), Ct)).Success);
        await Eventually.True(() => _target.Open == 0, "the connection is closed");
        Assert.True(_target.Sent < Much, $"{_target.Sent} bytes");
    }

    [Fact]
    public async Task Push_IsRefused()
    {
        _target.Answer = async (target, stream, id) =>
        {
            await target.SendAsync(stream, Http2Target.Push, Http2Target.EndHeaders, id, [0, 0, 0, 2, 0x82]);
            await target.SendAsync(stream, Http2Target.Headers, Http2Target.EndHeaders | Http2Target.EndStream, id, Http2Target.Ok);
            return true;
        };
        Assert.Equal(FailureReason.NetworkError, (await _checker.CheckAsync(Config(), Ct)).Reason);
    }

    [Fact]
    public async Task KeptConnection_ServesOneCheckAfterTheOther()
    {
        for (var i = 0; i < 3; i++)
            Assert.True((await _checker.CheckAsync(Config(ConnectionUse.KeepAlive), Ct)).Success);
        Assert.Equal((1, 3), (_target.Connections, _target.Requests));
    }

    private static byte[] Header(int length)
    {
        // Never indexed, name and value literal (RFC 7541, 6.2.3); the length of the value takes three bytes.
        var value = length - 6;
        return [0x10, 1, (byte)'x', 0x7f, (byte)(((value - 127) & 0x7f) | 0x80), (byte)((value - 127) >> 7), .. Enumerable.Repeat((byte)'v', value)];
    }
}
