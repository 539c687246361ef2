using System.IO.Compression;
using System.Text;
using Monit.Core.Checks.Answers;

namespace Monit.Tests.Checks.Http;

public sealed class ContentCodingTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"line {i * 7919 % 3001}")));

    internal static byte[] Encoded(byte[] body, string coding) => Written(body, coding switch
    {
        "gzip" or "x-gzip" or "GZIP" => to => new GZipStream(to, CompressionLevel.Optimal),
        "zlib" or "deflate" => to => new ZLibStream(to, CompressionLevel.Optimal),
        "raw" => to => new DeflateStream(to, CompressionLevel.Optimal),
        _ => to => new BrotliStream(to, CompressionLevel.Optimal),
    });

    private static byte[] Written(byte[] body, Func<Stream, Stream> compressor)
    {
        using var to = new MemoryStream();
        using (var stream = compressor(to))
            stream.Write(body);
        return to.ToArray();
    }

    private static DecodedBody Decode(byte[] body, string coding, bool isWhole = true) => ContentCoding.Decode(body, [coding], isWhole);

    [Theory]
    [InlineData("gzip", "gzip"), InlineData("x-gzip", "x-gzip"), InlineData("GZIP", "GZIP"), InlineData("zlib", "deflate"), InlineData("raw", "deflate"), InlineData("br", "br"), InlineData("br", " identity , br,")]
    public void Body_IsDecoded(string encoder, string coding)
    {
        foreach (var body in (byte[][])[Text, [], [0], new byte[ContentCoding.MaxBytes], Text[..8192]])
        {
            var decoded = Decode(Encoded(body, encoder), coding);
            Assert.Null(decoded.Problem);
            Assert.True(decoded.Bytes.Span.SequenceEqual(body));
        }
    }

    [Fact]
    public void SeveralCodings_AreUndoneFromTheLast()
    {
        var body = Encoded(Encoded(Encoded(Text, "br"), "zlib"), "gzip");
        Assert.Equal(Text, ContentCoding.Decode(body, ["br, deflate, gzip"]).Bytes.ToArray());
        Assert.Equal(Text, ContentCoding.Decode(body, ["br", "deflate", "identity, gzip"]).Bytes.ToArray());
        Assert.Equal("the body is not valid br", ContentCoding.Decode(Encoded(Encoded(Text, "br"), "gzip"), ["gzip, br"]).Problem);
        Assert.Equal(("the body has more than 3 codings", 0), ContentCoding.Decode(body, ["gzip, gzip", "gzip", "gzip"]) is var (bytes, problem) ? (problem, bytes.Length) : default);
    }

    [Theory]
    [InlineData("zstd", "the coding zstd is not known"), InlineData("gzip, compress", "the coding compress is not known"), InlineData("<script>", "the coding ?script? is not known"), InlineData("a\r\nb", "the coding a??b is not known")]
    public void UnknownCoding_IsNamed(string coding, string problem) => Assert.Equal(problem, Decode(Text, coding).Problem);

    [Theory]
    [InlineData("gzip"), InlineData("deflate"), InlineData("br")]
    public void OtherBytes_AreNotValid(string coding)
    {
        Assert.Equal($"the body is not valid {coding}", Decode("<html>not compressed at all</html>"u8.ToArray(), coding).Problem);
        var broken = Encoded(Text, coding);
        broken.AsSpan(broken.Length / 2, 50).Fill(0xee);
        // Brotli has no checksum: what is broken may also look as if it went on.
        Assert.Contains(Decode(broken, coding).Problem, coding == "br" ? ["the body is not valid br", "the body is not whole"] : (string[])[$"the body is not valid {coding}"]);
        // To HEAD, or 304.
        Assert.Equal(new DecodedBody(default, null), Decode([], coding) with { Bytes = default });
    }

    [Fact]
    public void GzipInSeveralMembers_IsOneBody_AndWhatFollowsItIsIgnored()
    {
        var members = new List<byte>();
        foreach (var part in Text.Chunk(1000))
            members.AddRange(Encoded(part, "gzip"));
        Assert.Equal(Text, Decode([.. members], "gzip").Bytes.ToArray());
        Assert.Equal(new DecodedBody(default, null), Decode([.. members, 0, 0, 0, 0], "gzip") with { Bytes = default });
        Assert.Equal("the body is not whole", Decode([.. members[..^1]], "gzip").Problem);
        Assert.Equal(Text, Decode([.. Encoded(Text, "br"), 1, 2, 3], "br").Bytes.ToArray());
        Assert.Equal(Text, Decode([.. Encoded(Text, "raw"), 1, 2, 3], "deflate").Bytes.ToArray());
    }

    [Fact]
    public void LastByteThatIsMissing_IsSeen_ThoughNothingOfTheBodyIs()
    {
        for (var length = 1; length < 20_000; length += 97)
        {
            Assert.Equal("the body is not whole", Decode(Encoded(new byte[length], "raw")[..^1], "deflate").Problem ?? $"{length}: null");
            Assert.Equal("the body is not whole", Decode(Encoded(new byte[length], "zlib")[..^1], "deflate").Problem ?? $"{length}: null");
            Assert.Equal("the body is not whole", Decode(Encoded(new byte[length], "gzip")[..^1], "gzip").Problem ?? $"{length}: null");
        }
    }

    [Theory]
    [InlineData("gzip", "gzip"), InlineData("zlib", "deflate"), InlineData("raw", "deflate"), InlineData("br", "br")]
    public void EveryCut_IsSeen_AndLeavesABeginning(string encoder, string coding)
    {
        var whole = Encoded(Text, encoder);
        var longest = 0;
        for (var length = 1; length < whole.Length; length++)
        {
            var decoded = Decode(whole[..length], coding);
            Assert.Equal($"the body is not whole at {length}", $"{decoded.Problem} at {length}");
            Assert.True(Text.AsSpan().StartsWith(decoded.Bytes.Span), $"other bytes at {length}");
            Assert.Equal("not all of the body was read", Decode(whole[..length], coding, isWhole: false).Problem);
            longest = Math.Max(longest, decoded.Bytes.Length);
        }
        Assert.InRange(longest, Text.Length / 2, Text.Length);
        Assert.Equal(Text, Decode(whole, coding, isWhole: false).Bytes.ToArray());
    }

    [Fact]
    public void PlainBody_IsBounded()
    {
        Assert.Equal(new DecodedBody(Text, null), ContentCoding.Decode(Text, []));
        Assert.Equal("not all of the body was read", ContentCoding.Decode(Text, [], isWhole: false).Problem);
        var decoded = ContentCoding.Decode(new byte[ContentCoding.MaxBytes + 1], ["identity"], isWhole: false);
        Assert.Equal((ContentCoding.MaxBytes, "the body is longer than 1 MiB"), (decoded.Bytes.Length, decoded.Problem));
    }
}
