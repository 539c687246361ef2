using System.Net;
using Monit.Core.Checks.Settings;
using Monit.Core.Checks;
using Monit.Core.Checks.Http;
using Monit.Core.Validation;
using Monit.Probes.Network;

namespace Monit.Probes.Tests.Http;

/// <summary>The API refuses exactly the hosts that a probe cannot check, and no probe fails of one.</summary>
public sealed class OddHostsAreRefusedTests
{
    private static readonly string L63 = new('a', 63);

    /// <summary>What stands between <c>http://</c> and <c>/</c>.</summary>
    private static readonly string[] Hosts =
    [
        // Scripts that run both ways, and what joins or hides within them.
        "אa.example", "aא.example", "א.example", "אב.example", "1א.example", "א1.example", "a.אb", "ا.example", "اa.example", "٠.example", "a٠.example",
        "א-a.example", "\u202ea.example", "a\u202e.example", "\u2066a\u2069.example", "\u200fa.example", "a\u200e.example", "ߊa.example", "𐤀a.example",
        "a\u200db.example", "\u200d.example", "\u200c.example", "क\u094d\u200dष.example", "क\u200dष.example", "نامه\u200cای.example", "a\u200cb.example",
        "\u00ad.example", "a\u00adb.example", "\u00ad", "\u2060.example", "a\u2060b.example", "\ufeff.example", "a\ufeffb.example", "\u180e.example", "a\u034fb.example",
        // What becomes something else when it is normalised.
        "ｅｘａｍｐｌｅ．com", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "example。com", "example．com", "example｡com", "ﬀ.example", "ß.example", "ẞ.example", "ς.example",
        "℀.example", "a℀b.example", "℅.example", "／.example", "＃.example", "？.example", "：80.example", "＠.example", "％.example", "％41.example", "㏂.example", "．", "。", "a。。b",
        "İ.example", "ı.example", "K.example", "Å.example", "e\u0301.example", "\u0301.example", "\u0301a.example", "a\u0338.example", "=\u0338.example", "℡.example", "™.example", "²", "¹.example", "½.example",
        "💩.example", "☃.net", "👨\u200d👩\u200d👧.example", "🏳️\u200d🌈.example", "中国.example", "例え。テスト", "한국.example", "ไทย.example", "\U000e0001.example", "\U0010ffff.example", "\ue000.example", "\ufffe.example", "\ufffd.example",
        // Punycode that is none.
        "xn--.example", "xn--a.example", "xn--ab.example", "xn--a-.example", "xn--99999999999.example", "xn--\u00e4.example", "xn--nxasmq6b.example", "xn--4dbcagdahymbxekheh6e0a7fei0b.example", "XN--A.example", "xn--0.pt", "ab--cd.example", "xn--zn7c.com",
        // Characters that have no place in a host.
        "a%2eb.example", "%61.example", "%00.example", "%.example", "%zz.example", "%E2%80%8B.example", "%D7%90a.example", "a%0d%0ab.example", "a%20b.example", "%31%32%37.0.0.1", "a!b.example", "a$b.example", "a&b.example", "a'b.example",
        "(a).example", "a*b.example", "*.example", "a+b.example", "a,b.example", "a;b.example", "a=b.example", "a~b.example", "a`b.example", "a{b}.example", "a|b.example", "a^b.example", "a\"b.example", "a<b>.example", "a\\b.example", "[a].example", "a_b.example", "_.example", "_dmarc.example",
        "a\0b.example", "\0", "a\u0001b.example", "a\u007fb.example", "a\u0085b.example", "a b.example", "a\u00a0b.example", "a\u3000b.example", "a\tb.example", "a\nb.example", "a\u2028b.example", "a\u200bb.example",
        "\ud800.example", "a\udc00.example", "\udc00\ud800.example", "a\ud83d",
        // Labels and lengths.
        "", ".", "..", "...", ".example", "a..b", "a.example..", "a.example.", "example..com", "-a.example", "a-.example", "-.example", "-", "--.example", "a.-b", "a.b-", L63 + ".example", L63 + "a.example", "ä" + L63 + ".example", new string('ä', 62) + ".example",
        $"{L63}.{L63}.{L63}.{L63[..61]}", $"{L63}.{L63}.{L63}.{L63[..61]}.", $"{L63}.{L63}.{L63}.{L63[..62]}", $"{L63}.{L63}.{L63}.{L63}", string.Join('.', Enumerable.Repeat("a", 127)), string.Join('.', Enumerable.Repeat("a", 128)), new string('a', 300), "a", "1", "1.", "10.2", "a.1", "1a", "0", "00",
        // Ports.
        "a.example:", "a.example:0", "a.example:00", "a.example:1", "a.example:65535", "a.example:65536", "a.example:99999999999", "a.example:-1", "a.example:+80", "a.example:8o", "a.example:080", "a.example: 80", "a.example:80:80", "a.example:８０", ":80", ":", "127.0.0.1:0", "[::1]:0", "[::1]:",
        // Addresses in every spelling.
        "127.1", "127.0.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001", "127.0.0.1.", "0x7f.1.", "256.0.0.1", "1.2.3.4.5", "127.0.0.256", "4294967296", "0x100000000", "08.1.1.1", "0x", "0x.0x", "127.0.0.0x1", "127..0.1", "127.0.0.1x", "٠٫٠", "١٢٧.٠.٠.١",
        "[::1]", "[::1%25eth0]", "[::1%eth0]", "[::1%1]", "[fe80::1%25lo]", "[fe80::1%lo]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]", "[::1", "::1", "::1]", "[]", "[:]", "[:::]", "[::1]]", "[[::1]]", "[::1].example", "[1::2::3]", "[::12345]", "[v1.a]", "[::1]a", "[::1 ]", "[localhost]", "[127.0.0.1]", "[::ffff:256.0.0.1]", "[::%]",
        "user@a.example", "user:pass@a.example", "@a.example", "a@b@c.example", "a.example\\@b.example",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static CheckConfig Config(string url) => new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 200, null, url);

    private static readonly TargetResolver Private = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]);

    private static bool IsValid(string url)
    {
        var errors = new List<FieldError>();
        HttpKind.Instance.Validate(url, CheckSettings.None, errors);
        Assert.All(errors, error => Assert.Equal("url", error.Field));
        return errors.Count == 0;
    }

    [Fact]
    public void Table_IsLong() => Assert.InRange(Hosts.Distinct().Count(), 250, int.MaxValue);

    [Theory]
    [InlineData("אa.example")]
    [InlineData("aא.example")]
    [InlineData("www.1א.example")]
    [InlineData("a!b.example")]
    [InlineData("a..b")]
    [InlineData("a.example:0")]
    [InlineData("[fe80::1%25eth0]")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public void Odd_IsRefused(string host) => Assert.False(IsValid($"http://{host}/"));

    [Theory]
    [InlineData("bücher.example")]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("a_b.example.")]
    [InlineData("中国.example")]
    [InlineData("www.אב.example")]
    [InlineData("ا.example")]
    [InlineData("0x7f.1")]
    [InlineData("[2001:db8::1]:8080")]
    [InlineData("a.example:")]
    public void Usual_IsValid(string host) => Assert.True(IsValid($"http://{host}/"));

    [Theory]
    [InlineData(Sender.FastOnEpoll)]
    [InlineData(Sender.FastOnSockets)]
    [InlineData(Sender.Full)]
    public async Task WhatIsValid_CanBeChecked_AndNothingElse(Sender sender)
    {
        foreach (var mode in (ConnectionMode[])[ConnectionMode.New, ConnectionMode.KeepAlive])
        {
            using var checker = new Checker(sender, mode, Private, allowPrivate: false);
            foreach (var url in Urls())
            {
                var seen = await ObserveAsync(checker, url);
                if (IsValid(url))
                    Assert.True(seen.Failure is { Reason: not FailureReason.InvalidRequest }, $"{Escaped(url)} is valid, and yields {seen.Failure}");
                else if (!url.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '@'))
                    Assert.True(seen.Failure == new Failure(FailureReason.InvalidRequest, FailureKind.Terminal), $"{Escaped(url)} is refused, and yields {seen.Failure}");
            }
        }
    }

    [Theory]
    [InlineData(Sender.FastOnEpoll)]
    [InlineData(Sender.FastOnSockets)]
    [InlineData(Sender.Full)]
    public async Task BehindARedirect_NothingIsTerminal(Sender sender)
    {
        foreach (var url in Urls())
        {
            using var checker = new Checker(sender, resolve: Private, allowPrivate: false, redirect: url);
            var seen = await ObserveAsync(checker, "http://a.example/");
            Assert.True(seen.Failure?.Kind != FailureKind.Terminal, $"{Escaped(url)} yields {seen.Failure}");
        }
    }

    private static IEnumerable<string> Urls() => Hosts.Select(host => $"http://{host}/").Concat(["http://a.example/\ud800", "http://a.example/?\udc00", "https://אa.example/", "http:a.example", "http:/a.example/", "http:///a.example/", "http://", "//a.example/", "http:\\\\a.example\\"]);

    private static async Task<Observation> ObserveAsync(Checker checker, string url)
    {
        try
        {
            return await checker.ObserveAsync(Config(url), Ct);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{Escaped(url)}: {failure.Message}", failure);
        }
    }

    private static string Escaped(string text) => string.Concat(text.Select(c => c is > ' ' and < (char)127 ? c.ToString() : $"\\u{(int)c:x4}"));
}
