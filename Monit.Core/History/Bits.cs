using System.Numerics;

namespace Monit.Core.History;

/// <summary>
/// Numbers as bits, the highest first, by exponential Golomb codes: one of about 2ⁿ takes n + 1 bits if it is written with n
/// <c>low</c> bits, and a few more the further it is from that.
/// </summary>
internal sealed class BitWriter
{
    private readonly List<byte> _bytes = [];
    private int _free;

    /// <param name="number">Below 2⁶³.</param>
    public void Write(ulong number, int low)
    {
        var high = (number >> low) + 1;
        var length = BitOperations.Log2(high);
        Bits(0, length);
        Bits(high, length + 1);
        Bits(number, low);
    }

    public byte[] ToArray() => [.. _bytes];

    private void Bits(ulong bits, int count)
    {
        while (--count >= 0)
        {
            if (_free == 0)
            {
                _bytes.Add(0);
                _free = 8;
            }
            _bytes[^1] |= (byte)((bits >> count & 1) << --_free);
        }
    }
}

/// <summary>Reads what a <see cref="BitWriter"/> wrote.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;

    /// <summary>Whether only what fills the last byte is left.</summary>
    public readonly bool IsAtEnd => (_next + 7) / 8 == _bytes.Length;

    /// <exception cref="InvalidDataException">It ends too early, or is not below 2⁶³.</exception>
    public ulong Read(int low)
    {
        var length = 0;
        while (Bit() == 0)
            if (++length + low > 63)
                throw new InvalidDataException("A number is too long.");
        var number = Bits(1, length) - 1;
        return Bits(number, low);
    }

    private ulong Bits(ulong number, int count)
    {
        while (--count >= 0)
            number = number << 1 | Bit();
        return number;
    }

    private ulong Bit()
    {
        if (_next == _bytes.Length * 8)
            throw new InvalidDataException("A number is not whole.");
        var bit = (ulong)(_bytes[_next / 8] >> 7 - _next % 8 & 1);
        _next++;
        return bit;
    }
}
