using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Monit.Core.Text;

/// <summary>What is accepted as an e-mail address when somebody writes one down.</summary>
public static class EmailAddress
{
    /// <summary>Characters; what the database holds.</summary>
    public const int MaxLength = 320;

    /// <summary>Whether mail programs everywhere would read it as this one address: no spaces or invisible characters, no stray dots.</summary>
    public static bool IsValid(string text) =>
        text.Length <= MaxLength && WrittenText.IsClean(text)
        && !text.EnumerateRunes().Any(rune => Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format)
        && MailAddress.TryCreate(text, out var address) && address.Address == text
        && IsDotted(address.User) && IsDomain(address.Host);

    private static bool IsDomain(string host) => IsDotted(host) && host.Split('.').All(label =>
        label.Length <= 63 && label[0] != '-' && label[^1] != '-' && label.EnumerateRunes().All(IsOfName));

    // No stop that IDNA would take for a dot, no bracket, no symbol that looks like a slash.
    private static bool IsOfName(Rune rune) => rune.Value == '-' || Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsDotted(string part) => part.Split('.').All(piece => piece.Length > 0);
}
