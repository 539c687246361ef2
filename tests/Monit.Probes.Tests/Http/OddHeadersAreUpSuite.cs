using System.Text;
using Monit.Core.Checks;
using Monit.Probes.Network;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>Header lines that a check does not need cannot fail it, and none can make it take one answer for two.</summary>
public abstract class OddHeadersAreUpSuite(Sender sender) : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();

    public static TheoryData<string> Lines =>
    [
        "X Foo: bar", "Content-Type (x): y", "X\u00dc: y", "\u00ff\u0080", "no colon at all", ": y", " : y", " folded at once", "a\tb: c", "\"q\": x", "a,b;c=d: e",
        "X[0]: y", "@: y", "\0: y", "X\r: y", "<html>", "HTTP/1.1 200 OK", "HTTP/1.1 500 No: x", "Content Length: 99", "Content-Length(): 99", "Content\u00ffLength: 99",
        "Transfer Encoding: chunked", "Transfer-Encoding\u00a0: chunked", "X Foo: bar\r\n Content-Length: 99\r\n\tTransfer-Encoding: chunked",
    ];

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _target.DisposeAsync();
    }

    private async Task<Verdict> CheckAsync(Checker probe) =>
        await probe.CheckAsync(new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), 200, null, _target.Url), TestContext.Current.CancellationToken);

    private void Answer(string head, string body) => _target.Answer = async (stream, _, ct) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}"), ct);
        return true;
    };

    [Theory, MemberData(nameof(Lines))]
    public async Task OddLine_IsLeftOut_AndTheConnectionToo(string line)
    {
        using var probe = new Checker(sender, ConnectionMode.KeepAlive);
        foreach (var head in (string[])[$"{line}\r\nContent-Length: 2", $"Content-Length: 2\r\n{line}", $"Connection: keep-alive\r\n{line}\r\nContent-Length: 2"])
        {
            Answer(head, "ok");
            Assert.Null((await CheckAsync(probe)).Reason);
        }
        Assert.Equal(3, _target.Connections);
    }

    [Theory]
    [InlineData("Content-Length : 2")]
    [InlineData("Content-Length\t: 2")]
    [InlineData("Content-Length:\r\n 2")]
    [InlineData("CONTENT-LENGTH:2\r\nX-Odd : 1")]
    public async Task Length_IsStillFound(string head)
    {
        using var probe = new Checker(sender, ConnectionMode.KeepAlive);
        Answer(head, "ok");
        Assert.Null((await CheckAsync(probe)).Reason);
        Assert.Null((await CheckAsync(probe)).Reason);
        Assert.Equal(1, _target.Connections);
    }

    [Theory]
    [InlineData("X Foo: 1\r\nContent-Length: 2")]
    [InlineData("Content-Length: 2\r\nTransfer Encoding: chunked")]
    [InlineData("Content-Length: 2")]
    public async Task SecondAnswer_IsNoAnswerToTheNextCheck(string head)
    {
        using var probe = new Checker(sender, ConnectionMode.KeepAlive);
        Answer(head, "okHTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(200, (await CheckAsync(probe)).HttpStatus);
        Answer("Content-Length: 2", "ok");
        Assert.Equal(200, (await CheckAsync(probe)).HttpStatus);
        Assert.Equal(2, _target.Connections);
    }
}

public sealed class OddHeadersAreUpOnEpoll() : OddHeadersAreUpSuite(Sender.FastOnEpoll);

public sealed class OddHeadersAreUpOnFull() : OddHeadersAreUpSuite(Sender.Full);
