using System.Net;

namespace Monit.Probes.Network.Names;

/// <summary>The names of hosts(5).</summary>
internal sealed class HostsFile
{
    private readonly Dictionary<string, IPAddress[]> _byName;

    private HostsFile(Dictionary<string, IPAddress[]> byName) => _byName = byName;

    public static HostsFile Parse(string text)
    {
        var entries = new List<(string Name, IPAddress Address)>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && IPAddress.TryParse(words[0], out var address))
                entries.AddRange(words.Skip(1).Select(name => (name.TrimEnd('.'), address)));
        }
        return new HostsFile(entries.GroupBy(entry => entry.Name, entry => entry.Address, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(entry => entry.Key, entry => entry.Distinct().Take(NameResolver.MaxAddresses).ToArray(), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Null if the file does not have the name.</summary>
    public IPAddress[]? Find(string name) => _byName.GetValueOrDefault(name);
}
