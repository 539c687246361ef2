using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Monit.Probes.Network;

/// <summary>
/// What belongs to the public Internet, by IANA's special-purpose registries (RFC 6890). Their tables are embedded in the form
/// in which they are published, with all entries up to RFC 9780 (April 2025), and not yet compared with the originals; replace
/// the files by them at the next update:
/// https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry-1.csv and
/// https://www.iana.org/assignments/iana-ipv6-special-registry/iana-ipv6-special-registry-1.csv.
/// The smallest block with the address decides; one whose "Globally Reachable" is anything but True is not public. Outside of
/// every block IPv4 is public except for multicast (a registry of its own), and IPv6 only in what is assigned for unicast.
/// </summary>
internal static class SpecialRegistry
{
    private const int Block = 0;
    private const int GloballyReachable = 8;

    private static readonly IPNetwork Multicast = IPNetwork.Parse("224.0.0.0/4");
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly (IPNetwork Block, bool IsPublic)[] V4 = Load("iana-ipv4-special-registry-1.csv");
    private static readonly (IPNetwork Block, bool IsPublic)[] V6 = Load("iana-ipv6-special-registry-1.csv");

    public static bool IsPublic(IPAddress address)
    {
        var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        foreach (var (block, isPublic) in isV4 ? V4 : V6)
            if (block.Contains(address))
                return isPublic;
        return isV4 ? !Multicast.Contains(address) : GlobalUnicast.Contains(address);
    }

    private static (IPNetwork Block, bool IsPublic)[] Load(string table)
    {
        using var stream = typeof(SpecialRegistry).Assembly.GetManifestResourceStream(table)!;
        var rows = Rows(new StreamReader(stream, Encoding.UTF8).ReadToEnd()).ToList();
        if (rows[0][GloballyReachable] != "Globally Reachable")
            throw new InvalidDataException($"{table} is not IANA's table.");
        // A cell may name several blocks, and have a footnote: "192.0.0.0/24 [2]".
        return [.. rows.Skip(1)
            .SelectMany(row => row[Block].Split(','), (row, block) => (Block: IPNetwork.Parse(WithoutNote(block)), IsPublic: WithoutNote(row[GloballyReachable]) == "True"))
            .OrderByDescending(entry => entry.Block.PrefixLength)];
    }

    private static string WithoutNote(string cell) => cell.Split('[')[0].Trim();

    // RFC 4180: a quoted cell may hold commas, line breaks, and quotes twice.
    private static IEnumerable<List<string>> Rows(string text)
    {
        var (row, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        foreach (var c in text.Replace("\r", "", StringComparison.Ordinal))
        {
            if (c == '"')
                quoted = !quoted;
            else if (quoted || c is not (',' or '\n'))
                cell.Append(c);
            else
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (c == ',')
                    continue;
                yield return row;
                row = [];
            }
        }
    }
}
