namespace Monit.Core.History;

/// <summary>Numbers in seven bits a byte, the lowest first; the highest bit says that more follow (LEB128).</summary>
internal static class Varint
{
    public static void Write(List<byte> bytes, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
            bytes.Add((byte)(number | 0x80));
        bytes.Add((byte)number);
    }

    /// <exception cref="InvalidDataException">It ends too early, or is longer than 64 bits.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty && bytes[0] < 0x80)
        {
            var small = bytes[0];
            bytes = bytes[1..];
            return small;
        }
        var number = 0UL;
        for (var (at, shift) = (0, 0); at < bytes.Length && shift < 64; at++, shift += 7)
        {
            number |= (ulong)(bytes[at] & 0x7f) << shift;
            if (bytes[at] >= 0x80)
                continue;
            bytes = bytes[(at + 1)..];
            return number;
        }
        throw new InvalidDataException("A number is not whole.");
    }

    /// <summary>Small numbers of either sign as small ones without.</summary>
    public static ulong ZigZag(long number) => (ulong)((number << 1) ^ (number >> 63));

    public static long UnZigZag(ulong number) => (long)(number >> 1) ^ -(long)(number & 1);
}
