using System.Globalization;
using System.Text.RegularExpressions;
using MailKit.Net.Smtp;

namespace Monit.Alerts.Channels.Email;

/// <summary>
/// Whether a mail server's refusal is final. It is if it is about the recipient or the message, which stay what they are. One
/// about the server, its settings or ours (log-in, sender, relaying) can be mended, and is tried again. In doubt it is not final.
/// </summary>
internal static partial class Refusal
{
    public static bool IsFinal(SmtpCommandException refused)
    {
        var code = (int)refused.StatusCode;
        // Until the first recipient is named, all replies are about the server or the sender; 4yz is never final.
        if (code < 500 || refused.ErrorCode is SmtpErrorCode.SenderNotAccepted)
            return false;
        // RFC 3463: what the server says more precisely has precedence.
        if (Enhanced().Match(refused.Message) is { Success: true } enhanced)
        {
            var (subject, detail) = (Number(enhanced.Groups[1]), Number(enhanced.Groups[2]));
            switch (subject, detail)
            {
                // The sender's address.
                case (1, 7 or 8 or 9):
                    return false;
                case (1 or 2 or 6, _):
                    return true;
                // The message is too long for the server; all else of 3, and 4 and 5, is about the server, the network, the protocol.
                case (3, 4):
                    return true;
                case (3 or 4 or 5, _):
                    return false;
                // Credentials, encryption, and what the server thinks of the sender's domain (RFC 7372).
                case (7, 4 or 8 or 9 or 10 or 11 or 12 or 14 or >= 19):
                    return false;
            }
        }
        if (AboutUs().IsMatch(refused.Message))
            return false;
        return code switch
        {
            // RFC 5321: commands that the server does not know, bad sequence, parameters.
            500 or 502 or 503 or 504 or 555 => false,
            // A bad address, if it answers RCPT.
            501 => refused.ErrorCode is SmtpErrorCode.RecipientNotAccepted,
            // Log-in and encryption (RFC 4954), and a host that takes no mail (RFC 7504).
            521 or 523 or 524 or 525 or 530 or 534 or 535 or 538 => false,
            _ => true,
        };
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\W?5\.(\d{1,3})\.(\d{1,3})(?![\d.])")]
    private static partial Regex Enhanced();

    // Servers say 550 or 554 5.7.1 to whoever has not logged in, or from whose address they take nothing.
    [GeneratedRegex(@"\brelay|authenticat|\blog ?in\b|\bSPF\b|\bDKIM\b|\bDMARC\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AboutUs();
}
