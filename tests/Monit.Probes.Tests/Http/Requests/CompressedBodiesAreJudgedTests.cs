using Microsoft.AspNetCore.Server.Kestrel.Core;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>What a server compresses is judged as it is without that, up to 1 MiB, and a bomb is cut off.</summary>
public sealed class CompressedBodiesAreJudgedTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpProtocols.Http1, "text/5000", "gzip", "gzip", null)]
    [InlineData(HttpProtocols.Http1, "text/5000", "br", "br", null)]
    [InlineData(HttpProtocols.Http1, "text/1000000", null, "br", null)]
    [InlineData(HttpProtocols.Http1, "text/1000000", "identity", null, null)]
    [InlineData(HttpProtocols.Http1, "text/1048576", "gzip", "gzip", null)]
    [InlineData(HttpProtocols.Http1, "text/1048577", "gzip", "gzip", "the body is longer than 1 MiB")]
    [InlineData(HttpProtocols.Http1, "text/200000000", "br", "br", "the body is longer than 1 MiB")]
    [InlineData(HttpProtocols.Http1, "text/1200000", "identity", null, "the body is longer than 1 MiB")]
    [InlineData(HttpProtocols.Http1, "zlib/5000", null, "deflate", null)]
    [InlineData(HttpProtocols.Http1, "raw/5000", null, "deflate", null)]
    [InlineData(HttpProtocols.Http2, "text/5000", "gzip", "gzip", null)]
    [InlineData(HttpProtocols.Http2, "text/5000", null, "br", null)]
    [InlineData(HttpProtocols.Http2, "text/1000000", "identity", null, null)]
    [InlineData(HttpProtocols.Http2, "text/1200000", "identity", null, "the body is longer than 1 MiB")]
    [InlineData(HttpProtocols.Http2, "text/50000000", "gzip", "gzip", "the body is longer than 1 MiB")]
    public async Task Body_IsJudgedDecoded(HttpProtocols protocols, string path, string? asks, string? coding, string? problem)
    {
        await using var target = await KestrelTarget.StartAsync(protocols);
        using var checker = new Checker(Sender.FastOnEpoll);
        var request = new RequestSettings
        {
            Headers = asks is null ? null : new Dictionary<string, string> { ["Accept-Encoding"] = asks },
            HttpVersion = protocols == HttpProtocols.Http2 ? HttpProtocol.Http2 : null,
        };
        var config = Asked.Of(target.Url + path, request, assertions: ["body matches \"^a+$\"", coding is null ? "header content-encoding not_exists" : $"header content-encoding eq \"{coding}\""]);
        var verdict = await checker.CheckAsync(config, Ct);
        Assert.Equal(problem is null, verdict.Success);
        Assert.True(problem is null || verdict.Detail!.Contains(problem, StringComparison.Ordinal), verdict.Detail);
    }

    [Theory]
    [InlineData(Sender.FastOnEpoll)]
    [InlineData(Sender.FastOnSockets)]
    [InlineData(Sender.Full)]
    public async Task Json_IsJudgedDecoded(Sender sender)
    {
        await using var target = await KestrelTarget.StartAsync(HttpProtocols.Http1);
        using var checker = new Checker(sender);
        var config = Asked.Of(target.Url + "json/90000", assertions: ["json $.ok eq true", "header content-encoding eq \"br\""]);
        Assert.True((await checker.CheckAsync(config, Ct)).Success);
    }
}
