using System.Globalization;
using System.Text.RegularExpressions;
using NSec.Cryptography;

namespace Monit.Api.Auth;

/// <summary>An Argon2id hash with cost and salt, in PHC string format: <c>$argon2id$v=19$m=19456,t=2,p=1$salt$hash</c>.</summary>
internal sealed partial record PhcHash(Argon2Parameters Cost, byte[] Salt, byte[] Hash)
{
    public const int SaltBytes = 16;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"$argon2id$v=19$m={Cost.MemorySize},t={Cost.NumberOfPasses},p={Cost.DegreeOfParallelism}${Text(Salt)}${Text(Hash)}");

    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PhcHash? hash)
    {
        var match = Form().Match(text);
        hash = match.Success
            ? new(new Argon2Parameters { MemorySize = Number(match, 1), NumberOfPasses = Number(match, 2), DegreeOfParallelism = 1 },
                Bytes(match, 3), Bytes(match, 4))
            : null;
        return hash is not null;
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    // The PHC format omits the padding of base64.
    private static byte[] Bytes(Match match, int group)
    {
        var text = match.Groups[group].Value;
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    // libsodium supports only one lane and salts of 16 bytes, so Monit cannot have created other hashes.
    [GeneratedRegex(@"^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{22,86})$")]
    private static partial Regex Form();
}
