using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Monit.IntegrationTests.Executor.Fuzz;

/// <summary>The status that an answer states, read as plainly as can be.</summary>
internal static partial class StatusLine
{
    public static int? Of(RawAnswer answer)
    {
        var text = Encoding.Latin1.GetString(answer.Bytes) + (answer.End == RawEnd.Repeat ? Encoding.Latin1.GetString(answer.Repeat!) : "");
        var match = Final().Match(text);
        return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    // Interim answers up to their blank lines, and then the one that counts.
    [GeneratedRegex(@"\A(?>HTTP/1\.[0-9] (?!101)1[0-9][0-9].*?\n\r?\n)*HTTP/1\.[0-9] ([0-9]{3})", RegexOptions.Singleline)]
    private static partial Regex Final();
}
