using System.Net;

namespace Monit.Probes.Network.Names;

/// <summary>Whom to ask, and for what, as resolv.conf(5) says.</summary>
/// <param name="Servers">At most three, in the order in which they are asked.</param>
/// <param name="Search">The domains to complete names with.</param>
/// <param name="Ndots">A name with fewer dots is completed before it is asked for as it is.</param>
internal sealed record ResolverConfiguration(IPEndPoint[] Servers, string[] Search, int Ndots)
{
    private const int MaxServers = 3;
    private const int MaxNdots = 15;

    /// <param name="hostName">This machine's: its domain is searched where the file names none.</param>
    public static ResolverConfiguration Parse(string text, int port, string hostName)
    {
        var servers = new List<IPEndPoint>();
        var search = hostName.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? [hostName[(dot + 1)..]] : Array.Empty<string>();
        var ndots = 1;
        foreach (var line in text.Split('\n'))
        {
            if (line is ['#' or ';', ..])
                continue;
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var address, ..] when IPAddress.TryParse(address, out var server) && servers.Count < MaxServers:
                    servers.Add(new IPEndPoint(server, port));
                    break;
                case ["search", ..]:
                    search = words[1..];
                    break;
                case ["domain", var domain, ..]:
                    search = [domain];
                    break;
                case ["options", ..]:
                    foreach (var option in words)
                        if (option.StartsWith("ndots:", StringComparison.Ordinal) && int.TryParse(option.AsSpan(6), out var number) && number >= 0)
                            ndots = Math.Min(number, MaxNdots);
                    break;
            }
        }
        return new ResolverConfiguration([.. servers], [.. search.Select(domain => domain.Trim('.')).Where(domain => domain.Length > 0)], ndots);
    }

    /// <summary>The full names to ask for, in this order.</summary>
    public IEnumerable<string> Complete(string name, bool isComplete)
    {
        if (isComplete)
            return [name];
        var completed = Search.Select(domain => $"{name}.{domain}");
        return IsAskedFirst(name) ? completed.Prepend(name) : completed.Append(name);
    }

    public bool IsAskedFirst(string name) => name.AsSpan().Count('.') >= Ndots;
}
