using Monit.Core.Checks;
using Monit.Probes.Network;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>A body that does not end is no failure, at whatever rate it comes; one that breaks off is.</summary>
public abstract class UnendingBodiesAreUpSuite(Sender sender) : IAsyncDisposable
{
    private readonly ScriptedTarget _target = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Bodies => new()
    {
        { "Content-Length: 1000000000\r\n", "x" },
        { "Transfer-Encoding: chunked\r\n", "1\r\nx\r\n" },
        { "Content-Type: text/event-stream\r\n", "data: x\n\n" },
    };

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _target.DisposeAsync();
    }

    private CheckConfig Config(double timeout, TimeSpan? latency = null) =>
        new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(timeout), 200, latency, _target.Url);

    [Theory, MemberData(nameof(Bodies))]
    public async Task Dripping_IsUp_WhenTheTimeOutEnds(string header, string piece)
    {
        using var probe = new Checker(sender);
        _target.Answer = ScriptedTarget.Endless($"HTTP/1.1 200 OK\r\n{header}\r\n", piece, TimeSpan.FromMilliseconds(20));
        var result = await probe.CheckAsync(Config(timeout: 1), Ct);
        Assert.True(result.Success, $"{result}");
        Assert.True(result.Latency > TimeSpan.FromMilliseconds(500), $"{result.Latency}");
        await Eventually.True(() => _target.Open == 0, "the connection is closed");
    }

    [Theory, MemberData(nameof(Bodies))]
    public async Task Fast_IsUp(string header, string piece)
    {
        using var probe = new Checker(sender);
        _target.Answer = ScriptedTarget.Endless($"HTTP/1.1 200 OK\r\n{header}\r\n", string.Concat(Enumerable.Repeat(piece, 1000)));
        Assert.True((await probe.CheckAsync(Config(timeout: 20), Ct)).Success);
    }

    [Theory, MemberData(nameof(Bodies))]
    public async Task Silent_IsUp(string header, string piece)
    {
        using var probe = new Checker(sender);
        _target.Answer = ScriptedTarget.Stall($"HTTP/1.1 200 OK\r\n{header}\r\n{piece}");
        Assert.True((await probe.CheckAsync(Config(timeout: 1), Ct)).Success);
    }

    [Fact]
    public async Task Bound_IsShorterThanALongTimeOut()
    {
        using var probe = new Checker(sender);
        _target.Answer = ScriptedTarget.Stall("HTTP/1.1 200 OK\r\n\r\n");
        var result = await probe.CheckAsync(Config(timeout: 60), Ct);
        Assert.True(result.Success);
        Assert.InRange(result.Latency!.Value.TotalSeconds, 4.5, 30);
    }

    [Fact]
    public async Task LatencyThreshold_CanBeExceeded_WhateverItIs()
    {
        using var probe = new Checker(sender);
        _target.Answer = ScriptedTarget.Stall("HTTP/1.1 200 OK\r\n\r\n");
        var result = await probe.CheckAsync(Config(timeout: 60, latency: TimeSpan.FromSeconds(6)), Ct);
        Assert.Equal(FailureReason.LatencyExceeded, result.Reason);
    }

    [Fact]
    public async Task Connection_IsNotUsedAgain()
    {
        using var probe = new Checker(sender, ConnectionMode.KeepAlive);
        _target.Answer = ScriptedTarget.Stall("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
        Assert.True((await probe.CheckAsync(Config(timeout: 1), Ct)).Success);
        _target.Answer = ScriptedTarget.Status(200);
        Assert.True((await probe.CheckAsync(Config(timeout: 20), Ct)).Success);
        Assert.Equal(2, _target.Connections);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nfour")]
    [InlineData("Content-Length: 5\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nab")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n")]
    public async Task BrokenOff_IsAFailure(string rest)
    {
        using var probe = new Checker(sender);
        _target.Answer = ScriptedTarget.Text($"HTTP/1.1 200 OK\r\n{rest}");
        Assert.Equal(FailureReason.NetworkError, (await probe.CheckAsync(Config(timeout: 20), Ct)).Reason);
    }

    [Fact]
    public async Task Abort_InTheBody_IsNotAResult()
    {
        using var probe = new Checker(sender);
        using var abort = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _target.Answer = async (stream, request, ct) =>
        {
            await ScriptedTarget.Text("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")(stream, request, ct);
            begun.SetResult();
            return await ScriptedTarget.Stall()(stream, request, ct);
        };
        var check = probe.CheckAsync(Config(timeout: 60), abort.Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        await abort.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check.WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }
}

public sealed class UnendingBodiesAreUpOnEpoll() : UnendingBodiesAreUpSuite(Sender.FastOnEpoll);

public sealed class UnendingBodiesAreUpOnSockets() : UnendingBodiesAreUpSuite(Sender.FastOnSockets);

public sealed class UnendingBodiesAreUpOnFull() : UnendingBodiesAreUpSuite(Sender.Full);
