using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Monit.Api.Http;

/// <summary>
/// The last item of a page, as the cursor of the next one: a text that clients only send back. Lists in order of ids need the id,
/// those in order of time the time too, those in another order its key; a cursor of the one is none of the other.
/// </summary>
internal static class PlaceInList
{
    private const int IdBytes = 16;
    private const int TimeBytes = sizeof(long);
    private const int CodeBytes = 1;
    private const int MaxKeyBytes = 1000;
    // Begins what no time begins with: its instant would lie before the first year.
    private const byte KeyMark = 0xf0;

    public static string Encode(Guid id) => Base64Url.EncodeToString(id.ToByteArray());

    public static string Encode(DateTimeOffset at, Guid id)
    {
        var bytes = new byte[TimeBytes + IdBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, at.UtcTicks);
        id.TryWriteBytes(bytes.AsSpan(TimeBytes));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Of a list of results, which have no ids: one has its own time and code.</summary>
    public static string EncodeResult(long time, byte code)
    {
        var bytes = new byte[TimeBytes + CodeBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time);
        bytes[TimeBytes] = code;
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryDecodeResult(string cursor, out long time, out byte code)
    {
        var bytes = Bytes(cursor, TimeBytes + CodeBytes);
        (time, code) = bytes is null ? default : (BinaryPrimitives.ReadInt64BigEndian(bytes), bytes[TimeBytes]);
        return bytes is not null;
    }

    /// <param name="order">Of which order the key is, 0..15.</param>
    public static string Encode(byte order, string key, Guid id) =>
        Base64Url.EncodeToString([(byte)(KeyMark | order), .. Encoding.UTF8.GetBytes(key), .. id.ToByteArray()]);

    public static bool TryDecode(string cursor, byte order, out string key, out Guid id)
    {
        (key, id) = ("", default);
        if (!Base64Url.IsValid(cursor, out var length) || length is <= IdBytes or > 1 + MaxKeyBytes + IdBytes
            || Bytes(cursor, length) is not { } bytes || bytes[0] != (byte)(KeyMark | order))
            return false;
        (key, id) = (Encoding.UTF8.GetString(bytes.AsSpan()[1..^IdBytes]), new Guid(bytes.AsSpan()[^IdBytes..]));
        return true;
    }

    public static bool TryDecode(string cursor, out Guid id)
    {
        var bytes = Bytes(cursor, IdBytes);
        id = bytes is null ? default : new Guid(bytes);
        return bytes is not null;
    }

    public static bool TryDecode(string cursor, out DateTimeOffset at, out Guid id)
    {
        (at, id) = (default, default);
        if (Bytes(cursor, TimeBytes + IdBytes) is not { } bytes)
            return false;
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTimeOffset.MinValue.UtcTicks || ticks > DateTimeOffset.MaxValue.UtcTicks)
            return false;
        (at, id) = (new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes.AsSpan(TimeBytes)));
        return true;
    }

    // Only the text that was given out: the decoder would skip white space, and ignore bits at the end.
    private static byte[]? Bytes(string cursor, int length) =>
        Base64Url.IsValid(cursor, out var bytes) && bytes == length && Base64Url.DecodeFromChars(cursor) is var decoded
            && Base64Url.EncodeToString(decoded) == cursor ? decoded : null;
}
