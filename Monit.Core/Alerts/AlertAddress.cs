using System.Security.Cryptography;
using System.Text;

namespace Monit.Core.Alerts;

/// <summary>
/// An address that an account wants its alerts sent to, and whether the person behind it has agreed by pressing the button
/// behind a link. Each account needs that person's consent of its own.
/// </summary>
public sealed class AlertAddress
{
    /// <summary>A link is good for so long.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromDays(7);

    /// <summary>An address is asked at most once in so long, whichever accounts want it.</summary>
    public static readonly TimeSpan AskInterval = TimeSpan.FromDays(1);

    public required Guid UserId { get; init; }
    /// <summary>As <see cref="Normalize"/> makes it.</summary>
    public required string Address { get; init; }
    /// <summary>Null until somebody confirms it.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }
    /// <summary>When the next confirmation mail is due; null: none is wanted.</summary>
    public DateTimeOffset? AskAt { get; set; }
    /// <summary>When the last confirmation mail was sent, or may have been.</summary>
    public DateTimeOffset? AskedAt { get; set; }
    /// <summary>SHA-256 of the token in the last link, as hexadecimal digits; the token itself is only in the mail.</summary>
    public string? TokenHash { get; set; }
    public DateTimeOffset? TokenExpiresAt { get; set; }

    /// <summary>The hash of a link's token, by which it is found.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>
    /// What two spellings of an address have in common: no blanks around it, ASCII letters in lower case. No other letters, as
    /// SQLite's <c>lower</c> leaves them too, and the migration compares with it.
    /// </summary>
    public static string Normalize(string address) =>
        string.Create(address.Trim().Length, address.Trim(), static (normal, trimmed) =>
        {
            for (var i = 0; i < trimmed.Length; i++)
                normal[i] = char.IsAsciiLetterUpper(trimmed[i]) ? (char)(trimmed[i] | 0x20) : trimmed[i];
        });
}
