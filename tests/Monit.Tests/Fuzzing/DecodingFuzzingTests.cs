using CsCheck;
using Monit.Core.Checks.Answers;
using Monit.Tests.Checks.Http;

namespace Monit.Tests.Fuzzing;

[Collection(nameof(Fuzzing))]
public sealed class DecodingFuzzingTests
{
    private static readonly string[] Encoders = ["gzip", "zlib", "raw", "br"];

    private static readonly string?[] Problems =
    [
        null, "the body is longer than 1 MiB", "the body is not whole", "not all of the body was read",
        "the body has more than 3 codings", "the body is not valid gzip", "the body is not valid deflate", "the body is not valid br",
    ];

    private static readonly Gen<byte[]> Bodies = Gen.OneOf(
        Gen.Byte.Array[0, 300],
        Gen.Select(Gen.Byte.Array[1, 20], Gen.Int[1, 100]).Select((part, times) => Enumerable.Repeat(part, times).SelectMany(bytes => bytes).ToArray()),
        Gen.Int[0, 40_000].Select(length => new byte[length]));

    [Fact]
    public void Decoding()
    {
        Random(Fuzzing.Cases);
        Changed(Fuzzing.Cases);
        Whole(Fuzzing.Cases / 4);
    }

    [Fact, Trait("Speed", "Long")]
    public void Decoding_Long()
    {
        Fuzzing.LeavesNoMemory(Fuzzing.ManyCases, Random);
        Fuzzing.LeavesNoMemory(Fuzzing.ManyCases, Changed);
        Fuzzing.LeavesNoMemory(Fuzzing.ManyCases / 4, Whole);
    }

    // Anything at all, some of it with the beginning of a coding.
    private static void Random(int cases) => Gen.Select(Gen.Byte.Array[0, 200], Gen.OneOf("", "1f8b0800000000000003", "789c", "78bb", "1f8b081f0000", "0b"), Codings, Gen.Bool).Sample((bytes, start, codings, isWhole) =>
        IsDocumented(ContentCoding.Decode((byte[])[.. Convert.FromHexString(start), .. bytes], codings, isWhole)), iter: cases);

    // A body encoded once or several times, of which bytes are changed, left out and added.
    private static void Changed(int cases) => Gen.Select(Bodies, Gen.Int[0, 3].Array[1, 3], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 100_000], Gen.Byte).Array[1, 4], Gen.Bool).Sample((body, encoders, changes, isWhole) =>
    {
        var encoded = encoders.Aggregate(body, (bytes, encoder) => ContentCodingTests.Encoded(bytes, Encoders[encoder])).ToList();
        foreach (var (change, position, value) in changes)
        {
            var at = position % (encoded.Count + 1);
            if (change == 0)
                encoded.Insert(at, value);
            else if (change == 1 && at < encoded.Count)
                encoded[at] = value;
            else
                encoded.RemoveRange(at, Math.Min(encoded.Count - at, value));
        }
        IsDocumented(ContentCoding.Decode(encoded.ToArray(), [.. encoders.Select(Coding)], isWhole));
    }, iter: cases);

    // A body that is whole comes back; a beginning of it gives a beginning, and says so.
    private static void Whole(int cases) => Gen.Select(Bodies, Gen.Int[0, 3].Array[1, 3], Gen.Int[1, 100_000]).Sample((body, encoders, cut) =>
    {
        var encoded = encoders.Aggregate(body, (bytes, encoder) => ContentCodingTests.Encoded(bytes, Encoders[encoder]));
        string[] codings = [.. encoders.Select(Coding)];
        var whole = ContentCoding.Decode(encoded, codings);
        Assert.Null(whole.Problem);
        Assert.True(whole.Bytes.Span.SequenceEqual(body));
        if (encoded.Length < 2)
            return;
        var part = ContentCoding.Decode(encoded.AsMemory(0, 1 + cut % (encoded.Length - 1)), codings);
        Assert.Equal("the body is not whole", part.Problem);
        Assert.True(body.AsSpan().StartsWith(part.Bytes.Span));
    }, iter: cases);

    private static readonly Gen<string[]> Codings = Gen.OneOf("gzip", "deflate", "br", "identity", "x-gzip", "gzip, br").Array[0, 2];

    private static string Coding(int encoder) => Encoders[encoder] is "zlib" or "raw" ? "deflate" : Encoders[encoder];

    private static void IsDocumented(DecodedBody decoded)
    {
        Assert.Contains(decoded.Problem, Problems);
        Assert.InRange(decoded.Bytes.Length, 0, ContentCoding.MaxBytes);
    }
}
