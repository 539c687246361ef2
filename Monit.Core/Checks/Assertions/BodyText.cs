using System.Text;
using System.Text.Unicode;

namespace Monit.Core.Checks.Assertions;

/// <summary>
/// What the bytes of a body mean as text: by its byte order mark, else by the charset of its media type, else UTF-8. What has no
/// meaning there becomes U+FFFD. As in browsers, ISO-8859-1 and ASCII are taken as windows-1252, and an unknown charset as UTF-8.
/// </summary>
internal static class BodyText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The text as UTF-8 that is always valid: the bytes themselves where they are that.</summary>
    /// <param name="mediaType">The header Content-Type; null if there was none.</param>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> body, string? mediaType)
    {
        var (encoding, mark) = Marked(body.Span) ?? (Named(mediaType), 0);
        body = body[mark..];
        return encoding is UTF8Encoding && System.Text.Unicode.Utf8.IsValid(body.Span) ? body : ToUtf8(encoding.GetString(body.Span));
    }

    /// <summary>Half a surrogate pair becomes U+FFFD.</summary>
    public static byte[] ToUtf8(string text) => Utf8.GetBytes(text);

    public static string ToText(ReadOnlySpan<byte> utf8) => Utf8.GetString(utf8);

    private static (Encoding Encoding, int Length)? Marked(ReadOnlySpan<byte> body) => body switch
    {
        [0xef, 0xbb, 0xbf, ..] => (Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding.Unicode, 2),
        [0xfe, 0xff, ..] => (Encoding.BigEndianUnicode, 2),
        _ => null,
    };

    private static Encoding Named(string? mediaType)
    {
        const string Charset = "charset=";
        foreach (var parameter in (mediaType ?? "").Split(';').Skip(1))
        {
            if (!parameter.Trim().StartsWith(Charset, StringComparison.OrdinalIgnoreCase))
                continue;
            var name = parameter.Trim()[Charset.Length..].Trim(' ', '\t', '"', '\'');
            return Known(name.ToUpperInvariant() is "ISO-8859-1" or "LATIN1" or "US-ASCII" or "ASCII" ? "windows-1252" : name);
        }
        return Utf8;
    }

    private static Encoding Known(string name)
    {
        if (name.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return Utf8;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return Utf8;
        }
    }
}
