using System.Text;
using MimeKit;

namespace Monit.Alerts.Channels.Email;

/// <summary>A mail in plain text, without sender and recipient.</summary>
internal static class PlainMail
{
    // An encoded word has at most 75 characters (RFC 2047): 56 of base64 and 12 around them.
    private const int WordBytes = 42;

    /// <param name="messageId">The same whenever the same is sent again, so that mail clients can show duplicates as one.</param>
    public static MimeMessage Compose(string messageId, string subject, IEnumerable<string> lines)
    {
        var mail = new MimeMessage { MessageId = messageId, Body = new TextPart("plain") { Text = string.Join('\n', lines) + "\n" } };
        mail.Subject = subject;
        // Text that looks like an encoded word, and would be decoded by whoever reads it: MimeKit encodes only what it must.
        if (subject.Contains("=?", StringComparison.Ordinal))
            mail.Headers.Single(header => header.Id is HeaderId.Subject).SetRawValue(Encoding.ASCII.GetBytes($" {Encoded(subject)}\r\n"));
        // Suppresses out-of-office replies (RFC 3834).
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return mail;
    }

    /// <summary>All of a text as encoded words, a line each.</summary>
    private static string Encoded(string text)
    {
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            if (word.Count + length > WordBytes)
                End();
            word.AddRange(utf8[..length]);
        }
        End();
        return string.Join("\r\n ", words);

        void End()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
            word.Clear();
        }
    }
}
