using System.Text;
using Monit.Core.Checks;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>Every byte that a target sends counts against a cap, whatever it is for.</summary>
public abstract class NoCheckDownloadsMuchSuite(Sender sender) : IAsyncDisposable
{
    // What the sockets' buffers take is among it: megabytes, where it was a gigabyte or whatever the time-out allowed.
    private const long Much = 32 * 1024 * 1024;

    private readonly ScriptedTarget _target = new();
    private long _sent;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _target.DisposeAsync();
    }

    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    [Theory]
    [InlineData("extensions", Chunked, "1;", "\r\nx\r\n", true)]
    [InlineData("leading zeros", Chunked, "0", "1\r\nx\r\n", true)]
    [InlineData("trailers", Chunked + "0\r\n", "X-Odd: ", "\r\n", true)]
    [InlineData("odd trailers", Chunked + "0\r\n", "X Odd", "\r\n", true)]
    [InlineData("body to the end", "HTTP/1.1 200 OK\r\n\r\n", "", "x", true)]
    [InlineData("early hints", "", "HTTP/1.1 103 Early\r\nLink: ", "\r\n\r\n", false)]
    [InlineData("odd lines", "HTTP/1.1 200 OK\r\n", "X Odd: ", "\r\n", false)]
    [InlineData("folded lines", "HTTP/1.1 200 OK\r\nX-Odd: 1\r\n", " ", "\r\n", false)]
    [InlineData("status line", "HTTP/1.1 200 ", "", "x", false)]
    public async Task Endless_IsBounded(string what, string start, string before, string after, bool up)
    {
        var padding = new string('0', 16_000);
        var piece = Encoding.ASCII.GetBytes(before + padding + after);
        _target.Answer = async (stream, _, ct) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start), ct);
            for (; _sent < 2 * Much; _sent += piece.Length)
                await stream.WriteAsync(piece, ct);
            return false;
        };
        using var probe = new Checker(sender);
        var result = await probe.CheckAsync(new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30), 200, null, _target.Url), TestContext.Current.CancellationToken);
        Assert.Equal((what, up ? null : (FailureReason?)FailureReason.NetworkError), (what, result.Reason));
        await Eventually.True(() => _target.Open == 0, "the connection is closed");
        Assert.True(_sent < Much, $"{what}: {_sent} bytes");
    }
}

public sealed class NoCheckDownloadsMuchOnEpoll() : NoCheckDownloadsMuchSuite(Sender.FastOnEpoll);

public sealed class NoCheckDownloadsMuchOnFull() : NoCheckDownloadsMuchSuite(Sender.Full);
