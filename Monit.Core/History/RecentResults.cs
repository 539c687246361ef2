using System.Buffers.Binary;

namespace Monit.Core.History;

/// <summary>
/// Results that SQL does not have yet, as the Redis hash <c>results</c> holds those of a monitor, in the order in which they were
/// completed: for each the time in tenths of a second since the Unix epoch, modulo 2³², in four bytes, highest first, and the code.
/// </summary>
public static class RecentResults
{
    /// <summary>Bytes a result.</summary>
    public const int Size = 5;

    /// <param name="bytes">At least <see cref="Size"/>.</param>
    public static void Write(Span<byte> bytes, in ResultPoint result)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, unchecked((uint)result.At));
        bytes[4] = result.Code;
    }

    /// <summary>In the stored order; bytes at the end that make no result are left out.</summary>
    /// <param name="now">Tenths of a second: each result is the one nearest to it, which is right for seven years to either side.</param>
    public static ResultPoint[] Decode(ReadOnlySpan<byte> bytes, long now)
    {
        var results = new ResultPoint[bytes.Length / Size];
        for (var i = 0; i < results.Length; i++)
            results[i] = At(bytes[(i * Size)..], now);
        return results;
    }

    /// <summary>The newest one; null if there is none.</summary>
    public static ResultPoint? Last(ReadOnlySpan<byte> bytes, long now) => bytes.Length < Size ? null : At(bytes[((bytes.Length / Size - 1) * Size)..], now);

    private static ResultPoint At(ReadOnlySpan<byte> bytes, long now) =>
        new(now + unchecked((int)(BinaryPrimitives.ReadUInt32BigEndian(bytes) - (uint)now)), bytes[4]);
}
