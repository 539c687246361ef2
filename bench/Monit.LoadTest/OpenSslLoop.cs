using System.Globalization;
using System.Text.RegularExpressions;
using Monit.Testing;

namespace Monit.LoadTest;

/// <summary>What a connection with a full handshake costs OpenSSL's own client: <c>openssl s_time -new</c>, which verifies the chain, with the same GET.</summary>
internal static partial class OpenSslLoop
{
    /// <summary>User and system time a connection.</summary>
    /// <param name="root">The file of the only trusted root.</param>
    public static double CpuMicroseconds(int port, string root)
    {
        // "times" prints the time of the shell, and then that of its children: 0m4.120000s 0m1.010000s
        var printed = Server.Run("/bin/sh", "-c", $"openssl s_time -connect {LoadOptions.Name}:{port} -new -verify 3 -CAfile '{root}' -no-CApath -www /0 -time 8; times");
        var spent = TimesPattern().Matches(printed)[^1].Groups;
        var seconds = Enumerable.Range(0, 2).Sum(i => 60 * Number(spent[2 * i + 1]) + Number(spent[2 * i + 2]));
        return seconds * 1e6 / Number(ConnectionsPattern().Match(printed).Groups[1]);
    }

    private static double Number(Group digits) => double.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+)m([\d.]+)s (\d+)m([\d.]+)s\r?$", RegexOptions.Multiline)]
    private static partial Regex TimesPattern();

    [GeneratedRegex(@"(\d+) connections in [\d.]+s;")]
    private static partial Regex ConnectionsPattern();
}
