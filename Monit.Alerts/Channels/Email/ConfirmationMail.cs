using System.Text;
using MimeKit;

namespace Monit.Alerts.Channels.Email;

/// <summary>
/// Asks somebody whether alerts may be sent to him. Nothing in it is the choice of who caused it, but his account's address, of
/// which only letters, digits and what stands between them is shown.
/// </summary>
internal static class ConfirmationMail
{
    private const int MaxAccount = 64;

    public static MimeMessage Compose(string messageId, string ownerEmail, Uri link) => PlainMail.Compose(
        messageId,
        "May Monit send you alerts?",
        [
            $"The account {Neutral(ownerEmail)} at {link.GetLeftPart(UriPartial.Authority)} wants Monit to tell you, by mail to this address,",
            "when one of its monitors goes down or comes back.",
            "",
            "If you agree, open this page and press its button, within seven days:",
            "",
            link.ToString(),
            "",
            "If you do not know what this is about, do nothing: without your consent no alert is sent to you.",
        ]);

    private static string Neutral(string email)
    {
        var text = string.Concat(email.EnumerateRunes().Select(rune =>
            Rune.IsLetterOrDigit(rune) || rune.Value is '@' or '.' or '-' or '_' or '+' ? rune.ToString() : "?"));
        return text.Length <= MaxAccount ? text : OneLine.Of(text, MaxAccount);
    }
}
