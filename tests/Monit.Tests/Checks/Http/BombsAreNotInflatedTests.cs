using System.IO.Compression;
using Monit.Core.Checks.Answers;

namespace Monit.Tests.Checks.Http;

/// <summary>
/// Small bodies that would become huge ones. Behind what may be decoded of them lies what is not valid: inflating further would
/// find that, and say so.
/// </summary>
public sealed class BombsAreNotInflatedTests
{
    private static readonly byte[] Header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    private static readonly byte[] Poison = [.. Enumerable.Repeat((byte)0xff, 100)];

    // Whole blocks of deflate, that many times; each ends at a byte.
    private static byte[] Deflated(byte[] block, int times)
    {
        using var to = new MemoryStream();
        using var deflate = new DeflateStream(to, CompressionLevel.Optimal);
        deflate.Write(block);
        deflate.Flush();
        var once = to.ToArray();
        return [.. Enumerable.Repeat(once, times).SelectMany(bytes => bytes)];
    }

    // With megabytes zeros before the poison, and ten gigabytes behind it.
    private static byte[] Zeros(int megabytes)
    {
        var megabyte = Deflated(new byte[1 << 20], 1);
        return [.. Enumerable.Repeat(megabyte, megabytes).SelectMany(bytes => bytes), .. Poison, .. Enumerable.Repeat(megabyte, 10_000).SelectMany(bytes => bytes)];
    }

    private static void IsCutOff(byte[] bomb, params string[] codings)
    {
        _ = ContentCoding.Decode(bomb, codings);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decoded = ContentCoding.Decode(bomb, codings);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((ContentCoding.MaxBytes, "the body is longer than 1 MiB"), (decoded.Bytes.Length, decoded.Problem));
        // The result of each coding, and small change: buffers are pooled.
        Assert.InRange(allocated, 0, codings.Length * (ContentCoding.MaxBytes + (ContentCoding.MaxBytes >> 3)) + 100_000);
    }

    [Fact]
    public void TenGigabytesOfGzip() => IsCutOff([.. Header, .. Zeros(2)], "gzip");

    [Fact]
    public void TenGigabytesOfDeflate() => IsCutOff(Zeros(2), "deflate");

    [Fact]
    public void Poison_IsFound_WhereItIsReached() => Assert.Equal("the body is not valid gzip", ContentCoding.Decode((byte[])[.. Header, .. Poison], ["gzip"]).Problem);

    [Fact]
    public void GzipInGzip()
    {
        byte[] inner = [.. Header, .. Deflated(new byte[1 << 20], 10_000)];
        IsCutOff([.. Header, .. Deflated(inner, 1)[..^4], .. Poison], "gzip", "gzip");
        IsCutOff(ContentCodingTests.Encoded(ContentCodingTests.Encoded(inner, "gzip"), "br"), "gzip", "gzip", "br");
    }

    [Fact]
    public void BlocksOfNothing_InGzip()
    {
        // Inside are endless blocks without any content, so that nothing comes of them but work.
        var blocks = Deflated([.. Enumerable.Repeat((byte[])[0, 0, 0, 0xff, 0xff], 200_000).SelectMany(bytes => bytes)], 1);
        var decoded = ContentCoding.Decode((byte[])[.. Header, .. blocks, .. blocks, .. Poison], ["deflate", "gzip"]);
        Assert.Equal((0, "the body is longer than 1 MiB"), (decoded.Bytes.Length, decoded.Problem));
    }

    [Fact]
    public void Brotli()
    {
        using var to = new MemoryStream();
        using (var brotli = new BrotliStream(to, CompressionLevel.Fastest))
            for (var i = 0; i < 256; i++)
                brotli.Write(new byte[1 << 20]);
        var bomb = to.ToArray();
        Assert.True(bomb.Length < 64 * 1024, "a bomb is small");
        IsCutOff(bomb, "br");
        IsCutOff(bomb[..^(bomb.Length / 2)], "br");
        IsCutOff(ContentCodingTests.Encoded(bomb, "br"), "br", "br");
    }
}
