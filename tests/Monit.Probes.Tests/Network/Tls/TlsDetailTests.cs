using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Monit.Core.Checks;
using Monit.Probes.Network.Tls;
using Monit.Probes.Tests.Http;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>What a check says about a handshake that fails, and that nothing hostile gets through by that.</summary>
public sealed class TlsDetailTests : IDisposable
{
    private readonly Authority _root = new();

    public static TheoryData<Sender> Senders => TlsCheck.Senders;

    public void Dispose() => _root.Dispose();

    private async Task<string> DetailAsync(Sender sender, int port, string host = TlsCheck.Host)
    {
        using var check = new TlsCheck(sender, _root.Certificate);
        var verdict = await check.RunAsync(port, host);
        Assert.Equal((FailureReason.TlsError, FailureKind.Definite), (verdict.Reason, verdict.Kind));
        return verdict.Detail!;
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task Expired_SaysSince(Sender sender)
    {
        using var leaf = _root.Issue(TlsCheck.Host, from: new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero), until: new DateTimeOffset(2024, 2, 3, 4, 5, 6, TimeSpan.Zero));
        await using var target = new TlsTarget(leaf);
        Assert.Equal("certificate expired on 2024-02-03 04:05:06Z", await DetailAsync(sender, target.Port));
        Assert.Equal("certificate expired on 2024-02-03 04:05:06Z; name does not match: the certificate is for shop.example", await DetailAsync(sender, target.Port, "other.example"));
    }

    [Fact]
    public async Task Names_AreShortened()
    {
        using var leaf = _root.Issue(["a.example", "127.0.0.9", "b.example", "c.example", "d.example"]);
        await using var target = new TlsTarget(leaf);
        Assert.Equal("name does not match: the certificate is for a.example, b.example, c.example and 2 more", await DetailAsync(Sender.FastOnEpoll, target.Port));
    }

    [Fact]
    public async Task HostileIssuer_LosesControlCharactersAndLength()
    {
        using var stranger = new Authority(name: "Evil\r\nX-Header: 1\0\u202e\u200b\u2028" + new string('x', 40));
        using var leaf = stranger.Issue([.. Enumerable.Range(0, 20).Select(i => $"{new string('y', 60)}.{new string('z', 60)}{i}.example")], until: TimeProvider.System.GetUtcNow().AddHours(-1));
        await using var target = new TlsTarget(leaf, stranger.Certificate);
        var detail = await DetailAsync(Sender.FastOnEpoll, target.Port);
        Assert.InRange(detail.Length, 20, CertificateText.MaxLength);
        Assert.DoesNotContain(detail, c => char.IsControl(c) || c is '\u202e' or '\u200b' or '\u2028');
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\tb\r\nc\0\u007f\u0085", "abc")]
    [InlineData("\u202eevil\u2066\u200b\ufeff\u2028", "evil")]
    [InlineData("Zürich 日本", "Zürich 日本")]
    [InlineData("\ud800x", "x")]
    [InlineData("12345678901", "123456789…")]
    [InlineData("12345678😀", "12345678😀")]
    [InlineData("123456789😀", "123456789…")]
    [InlineData("12345678😀😀", "12345678…")]
    public void Text_IsCleaned(string text, string clean) => Assert.Equal(clean, CertificateText.Clean(text, 10));

    [Theory, MemberData(nameof(Senders))]
    public async Task ServerWithoutTls_FailsTheHandshake(Sender sender)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var check = DetailAsync(sender, ((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        client.Send("HTTP/1.1 400 Bad Request\r\n\r\n"u8);
        Assert.StartsWith("handshake failed: ", await check, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task ServerThatInsistsOnHttp11_IsUp(Sender sender)
    {
        using var leaf = _root.Issue(TlsCheck.Host);
        await using var target = new TlsTarget(leaf) { Protocol = SslApplicationProtocol.Http11 };
        using var check = new TlsCheck(sender, _root.Certificate);
        Assert.Equal((null, 200), ((await check.RunAsync(target.Port)).Reason, (await check.RunAsync(target.Port)).HttpStatus));
    }

    [Theory]
    [InlineData("h2", true, null)]
    [InlineData("http/1.1", true, null)]
    [InlineData(null, true, null)]
    [InlineData("http/1.1", false, null)]
    [InlineData("h2", false, "the server does not offer HTTP/1.1 (ALPN)")]
    [InlineData("spdy/3", true, "the server offers neither HTTP/2 nor HTTP/1.1 (ALPN)")]
    public async Task Http2_IsOfferedWhereItIsAskedFor(string? spoken, bool offersHttp2, string? detail)
    {
        using var leaf = _root.Issue(TlsCheck.Host);
        await using var target = new TlsTarget(leaf) { Protocol = spoken is null ? null : new SslApplicationProtocol(spoken) };
        var seen = await new SecureConnection(_root.Certificate).AskAsync(target.Port, null, offersHttp2);
        Assert.Equal((detail is null ? null : FailureReason.TlsError, detail), (seen.Failure?.Reason, seen.Failure?.Detail));
        var offered = ResumedSessionsHideNothingTests.Extensions(target.Hellos[0])[16];
        Assert.Equal(offersHttp2 ? "\0\x0c\x02h2\x08http/1.1" : "\0\x09\x08http/1.1", System.Text.Encoding.Latin1.GetString(offered));
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task ServerThatOffersOnlyHttp2_SaysSo(Sender sender)
    {
        using var leaf = _root.Issue(TlsCheck.Host);
        await using var target = new TlsTarget(leaf) { Protocol = SslApplicationProtocol.Http2 };
        Assert.Equal(CertificateText.WrongProtocol(offersHttp2: false), await DetailAsync(sender, target.Port));
    }
}
