using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>Finds the status of a response with a simple independent parser.</summary>
internal static partial class StatusLine
{
    public static int? Of(RawAnswer answer)
    {
        var text = Encoding.Latin1.GetString(answer.Bytes) + (answer.End == RawEnd.Repeat ? Encoding.Latin1.GetString(answer.Repeat!) : "");
        var match = Final().Match(text);
        return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    // Skips interim responses up to their blank lines, then matches the final one.
    [GeneratedRegex(@"\A(?>HTTP/1\.[0-9] (?!101)1[0-9][0-9].*?\n\r?\n)*HTTP/1\.[0-9] ([0-9]{3})", RegexOptions.Singleline)]
    private static partial Regex Final();
}
