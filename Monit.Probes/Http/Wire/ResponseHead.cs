using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Monit.Probes.Http.Wire;

/// <summary>The parts of an HTTP/1 response head (RFC 9112) that a check needs.</summary>
/// <param name="Length">Bytes of the body; null if it is chunked, or ends when the connection is closed.</param>
/// <param name="KeepsAlive">Whether the connection may be reused.</param>
/// <param name="Location">Each byte as the character of the same number; so are the cookies.</param>
/// <param name="SetCookies">The values of <c>Set-Cookie</c>, if it is a redirect.</param>
internal readonly record struct ResponseHead(int Status, long? Length, bool Chunked, bool KeepsAlive, string? Location, List<string>? SetCookies)
{
    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>100 to 199 except 101: the final response follows.</summary>
    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    public bool HasBody => Status is not (204 or 304);

    /// <param name="head">From the status line to the empty line; folded lines are unfolded in place.</param>
    /// <exception cref="InvalidDataException">It is not HTTP/1.</exception>
    public static ResponseHead Parse(Span<byte> head)
    {
        var rest = head;
        var (status, minor) = ParseStatusLine(NextLine(ref rest));
        Unfold(rest);
        long? length = null;
        var (chunked, keepsAlive, measured, odd) = (false, minor > 0, false, false);
        string? location = null;
        List<string>? cookies = null;
        for (var line = NextLine(ref rest); !line.IsEmpty; line = NextLine(ref rest))
        {
            var name = NameOf(line);
            if (name.IsEmpty)
            {
                odd = true;
                continue;
            }
            var value = line[(line.IndexOf((byte)':') + 1)..].Trim(" \t"u8);
            if (Is(name, "content-length"u8))
            {
                // Only the first one is used; one that is not a number counts as absent.
                if (!measured && Utf8Parser.TryParse(value, out long bytes, out var used) && used == value.Length && bytes >= 0)
                    length = bytes;
                measured = true;
            }
            else if (Is(name, "transfer-encoding"u8))
                chunked |= Lists(value, "chunked"u8);
            else if (Is(name, "connection"u8))
                keepsAlive = !Lists(value, "close"u8) && (keepsAlive || Lists(value, "keep-alive"u8));
            else if (Is(name, "location"u8) && !value.IsEmpty)
                location ??= Text(value);
            else if (HttpAnswer.IsRedirect(status) && Is(name, "set-cookie"u8) && (cookies ??= []).Count < CookieJar.MaxCookies)
                cookies.Add(Text(value));
        }
        // What an odd line means to others may be where the body ends: nothing is read on from there.
        return new ResponseHead(status, chunked ? null : length, chunked, keepsAlive && !odd, location, cookies);
    }

    /// <summary>Parses the first line alone, so that a response that is not HTTP is rejected without waiting for its end.</summary>
    /// <exception cref="InvalidDataException">It is not HTTP/1.</exception>
    public static (int Status, int Minor) ParseStatusLine(ReadOnlySpan<byte> line)
    {
        // HTTP/1.1 200 OK
        if (line.Length >= 12 && line.StartsWith("HTTP/1."u8) && IsDigit(line[7]) && line[8] == ' '
            && IsDigit(line[9]) && IsDigit(line[10]) && IsDigit(line[11]) && (line.Length == 12 || line[12] == ' ') && !line.ContainsAny((byte)0, (byte)'\r'))
            return ((line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0', line[7] - '0');
        throw new InvalidDataException("The answer is not HTTP/1.");
    }

    /// <summary>The version of HTTP, such as <c>1.1</c>.</summary>
    public static string VersionOf(ReadOnlySpan<byte> head) => ParseStatusLine(NextLine(ref head)).Minor switch { 0 => "1.0", 1 => "1.1", var minor => $"1.{minor}" };

    /// <summary>All headers, without odd lines.</summary>
    /// <param name="head">As <see cref="Parse"/> has left it.</param>
    public static List<KeyValuePair<string, string>> HeadersOf(ReadOnlySpan<byte> head)
    {
        var headers = new List<KeyValuePair<string, string>>();
        NextLine(ref head);
        for (var line = NextLine(ref head); !line.IsEmpty; line = NextLine(ref head))
            if (NameOf(line) is { IsEmpty: false } name)
                headers.Add(new(Encoding.ASCII.GetString(name), Text(line[(line.IndexOf((byte)':') + 1)..].Trim(" \t"u8))));
        return headers;
    }

    /// <summary>The bytes up to and with the empty line; 0 if there is none yet.</summary>
    public static int LengthOf(ReadOnlySpan<byte> received)
    {
        var (crlf, lf) = (received.IndexOf("\n\r\n"u8), received.IndexOf("\n\n"u8));
        return crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 3 : lf >= 0 ? lf + 2 : 0;
    }

    /// <summary>
    /// Writes a head without its odd lines; if there is any, with a header that says that the connection is not used again.
    /// </summary>
    /// <param name="head">As <see cref="Parse"/> has left it.</param>
    public static void WriteWithoutOddLines(Span<byte> head, ArrayBufferWriter<byte> clean)
    {
        var rest = head;
        var odd = false;
        clean.Write(NextLine(ref rest));
        clean.Write("\r\n"u8);
        for (var line = NextLine(ref rest); !line.IsEmpty; line = NextLine(ref rest))
        {
            var name = NameOf(line);
            odd |= name.IsEmpty;
            if (name.IsEmpty)
                continue;
            clean.Write(name);
            clean.Write(line[line.IndexOf((byte)':')..]);
            clean.Write("\r\n"u8);
        }
        clean.Write(odd ? "Connection: close\r\n\r\n"u8 : "\r\n"u8);
    }

    // The name of a header; empty if the line has none that is valid. Browsers leave such lines alone, and so does Monit.
    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> line)
    {
        var name = line.IndexOf((byte)':') is >= 0 and var colon ? line[..colon].TrimEnd(" \t"u8) : [];
        return name.ContainsAnyExcept(Token) ? [] : name;
    }

    private static Span<byte> NextLine(ref Span<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = rest[..end];
        rest = rest[(end + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = rest[..end];
        rest = rest[(end + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    // A line that begins with white space continues the previous one (obs-fold of RFC 9112: obsolete, but still sent).
    private static void Unfold(Span<byte> lines)
    {
        for (int next; (next = lines.IndexOf((byte)'\n') + 1) > 0 && next < lines.Length; lines = lines[next..])
        {
            if (lines[next] is not ((byte)' ' or (byte)'\t'))
                continue;
            lines[next - 1] = (byte)' ';
            if (next > 1 && lines[next - 2] == '\r')
                lines[next - 2] = (byte)' ';
        }
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => Ascii.EqualsIgnoreCase(name, known);

    private static bool Lists(ReadOnlySpan<byte> value, ReadOnlySpan<byte> token)
    {
        foreach (var part in value.Split((byte)','))
            if (Is(value[part].Trim(" \t"u8), token))
                return true;
        return false;
    }

    // RFC 9110 (5.5) replaces what would end a line.
    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value).Replace('\0', ' ').Replace('\r', ' ');

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';
}
