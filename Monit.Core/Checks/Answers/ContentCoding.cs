using System.Buffers;

namespace Monit.Core.Checks.Answers;

/// <summary>
/// Undoes the content codings of a body: gzip (also x-gzip), deflate (with the wrapper of zlib, as RFC 9110 says, and without,
/// as some servers send it), br and identity. Pure. What it makes is bounded at each coding, so that neither a small body nor one
/// compressed several times becomes a large one: what lies beyond the limit is never decoded.
/// </summary>
public static class ContentCoding
{
    /// <summary>The most bytes of a decoded body: 1 MiB.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The most codings of a body, apart from identity.</summary>
    public const int MaxCodings = 3;

    /// <summary>What a request's Accept-Encoding may ask for.</summary>
    public const string Accepted = "gzip, br, deflate";

    // What is still compressed is longer than what becomes of it only where that cannot be compressed, and then by little.
    private const int MaxInner = MaxBytes + MaxBytes / 16;
    private const int MaxShown = 40;
    private const string TooLong = "the body is longer than 1 MiB";
    private const string NotWhole = "the body is not whole";

    /// <summary>Decodes a body.</summary>
    /// <param name="body">As it was received, its transfer coding undone.</param>
    /// <param name="codings">The values of Content-Encoding, each of which may name several, in the order in which they were applied.</param>
    /// <param name="isWhole">Whether the body was received to its end.</param>
    public static DecodedBody Decode(ReadOnlyMemory<byte> body, IEnumerable<string> codings, bool isWhole = true)
    {
        var applied = codings.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(Plain).Where(coding => coding is not "identity").Take(MaxCodings + 1).ToList();
        if (applied.Count > MaxCodings)
            return new DecodedBody(default, $"the body has more than {MaxCodings} codings");
        if (applied.Find(coding => coding is not ("gzip" or "deflate" or "br")) is { } unknown)
            return new DecodedBody(default, $"the coding {Shown(unknown)} is not known");

        var (decoded, problem) = (new DecodedBody(body, null), (string?)null);
        for (var i = applied.Count - 1; i >= 0; i--)
        {
            decoded = Undo(applied[i], decoded.Bytes, i == 0 ? MaxBytes : MaxInner);
            // What comes of a part is a part; the first thing that went wrong says why.
            problem ??= decoded.Problem;
        }
        if (decoded.Bytes.Length > MaxBytes)
            return new DecodedBody(decoded.Bytes[..MaxBytes], TooLong);
        return new DecodedBody(decoded.Bytes, !isWhole && problem is (null or NotWhole) ? "not all of the body was read" : problem);
    }

    private static string Plain(string coding) => coding.ToLowerInvariant() is var name && name == "x-gzip" ? "gzip" : name;

    // Answers are hostile.
    private static string Shown(string coding) =>
        string.Concat(coding.Take(MaxShown).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '?'));

    private static DecodedBody Undo(string coding, ReadOnlyMemory<byte> body, int limit)
    {
        // Of an answer without a body: to HEAD, or 304.
        if (body.IsEmpty)
            return new DecodedBody(body, null);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit, Math.Max(4096, 4L * body.Length)));
        try
        {
            using IInflater inflater = coding == "br" ? new BrotliInflater(body) : new DeflateInflater(body, coding == "gzip");
            var length = 0;
            // One byte more than may be says that there are more.
            Span<byte> beyond = stackalloc byte[1];
            while (true)
            {
                if (length == buffer.Length && length < limit)
                    buffer = Grown(buffer, limit);
                var (made, end) = inflater.Read(length < limit ? buffer.AsSpan(length, Math.Min(buffer.Length, limit) - length) : beyond);
                if (length == limit && made > 0)
                    return new DecodedBody(buffer.AsSpan(0, length).ToArray(), TooLong);
                length += made;
                if (end != InflaterEnd.None)
                    return new DecodedBody(buffer.AsSpan(0, length).ToArray(),
                        end switch { InflaterEnd.Whole => null, InflaterEnd.Cut => NotWhole, _ => $"the body is not valid {coding}" });
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grown(byte[] buffer, int limit)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(limit, 2 * buffer.Length));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
