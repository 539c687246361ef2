using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network.Sockets;

namespace Monit.Probes.Network.Names;

/// <summary>
/// Resolves names as the system would (hosts file, search domains, DNS), without a thread for each name that is waited for, and
/// without a memory: every check asks anew. What only the system can answer goes to the <see cref="SystemResolver"/>.
/// </summary>
internal sealed class NameResolver
{
    /// <summary>The addresses of a name that are looked at.</summary>
    public const int MaxAddresses = 20;

    /// <summary>A name about which nobody has said anything by then is given up, whatever the check's time limit.</summary>
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(5);

    private static readonly IPAddress[] Loopback = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    private readonly SystemResolver _system;
    private readonly TimeProvider _time;
    private readonly DnsExchange _exchange;
    private readonly WatchedFile<ResolverConfiguration> _configuration;
    private readonly WatchedFile<HostsFile> _hosts;
    private volatile NameServers? _servers;

    /// <param name="port">Of the servers.</param>
    /// <param name="hostName">This machine's; see <see cref="ResolverConfiguration.Parse"/>.</param>
    public NameResolver(
        SystemResolver system, TimeProvider time, string resolvConf = "/etc/resolv.conf", string hosts = "/etc/hosts", int port = 53, string? hostName = null)
    {
        (_system, _time, _exchange) = (system, time, new DnsExchange(new Routes(time)));
        _configuration = new(resolvConf, text => ResolverConfiguration.Parse(text, port, hostName ?? Environment.MachineName), time);
        _hosts = new(hosts, HostsFile.Parse, time);
    }

    /// <inheritdoc cref="TargetResolver"/>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct) => ResolveAsync(host, IpFamily.Any, ct);

    /// <inheritdoc cref="FamilyResolver"/>
    /// <exception cref="SocketException">HostNotFound, NoData or TryAgain; or what this machine lacks.</exception>
    /// <exception cref="NoThreadException">Only the system can answer, and all threads that may wait for it do.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, IpFamily family, CancellationToken ct)
    {
        var isComplete = host is [.., '.'];
        var name = isComplete ? host[..^1] : host;
        // As glibc: DNS is asked for the family that the file does not have.
        if (_hosts.Value.Find(name) is { } known && known.Any(address => family.Includes(address)))
            return known;
        // RFC 6761, section 6.3.
        if (Is(name, "localhost"))
            return Loopback;
        var configuration = _configuration.Value;
        if (configuration.Servers.Length == 0 || IsMulticast(name, configuration))
            return await _system.ResolveAsync(host, ct);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(GiveUp);
        try
        {
            return await AskAsync(name, isComplete, family, configuration, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TryAgain);
        }
    }

    private async Task<IPAddress[]> AskAsync(string name, bool isComplete, IpFamily family, ResolverConfiguration configuration, CancellationToken ct)
    {
        var servers = ServersOf(configuration);
        var (isAskedFirst, first) = (isComplete || configuration.IsAskedFirst(name), (DnsOutcome?)null);
        var outcomes = new HashSet<DnsOutcome>();
        foreach (var full in configuration.Complete(name, isComplete))
        {
            var (outcome, addresses) = await TryAskAsync(servers, full, family, ct);
            if (outcome == DnsOutcome.Found)
                return addresses;
            if (outcome == DnsOutcome.Silent)
                throw new SocketException((int)SocketError.TryAgain);
            first ??= outcome;
            outcomes.Add(outcome);
        }
        // As glibc: the name as it is counts, if it was asked for first; else the most hopeful answer.
        var told = isAskedFirst ? first!.Value
            : outcomes.Contains(DnsOutcome.NoData) ? DnsOutcome.NoData
            : outcomes.Contains(DnsOutcome.Failed) ? DnsOutcome.Failed
            : DnsOutcome.NoSuchName;
        throw new SocketException((int)(told switch
        {
            DnsOutcome.NoSuchName => SocketError.HostNotFound,
            DnsOutcome.NoData => SocketError.NoData,
            _ => SocketError.TryAgain,
        }));
    }

    private static async Task<(DnsOutcome Outcome, IPAddress[] Addresses)> TryAskAsync(NameServers servers, string full, IpFamily family, CancellationToken ct)
    {
        try
        {
            return await servers.AskAsync(full, family, ct);
        }
        catch (ArgumentException)
        {
            return (DnsOutcome.NoSuchName, []);
        }
    }

    private NameServers ServersOf(ResolverConfiguration configuration)
    {
        if (_servers is { } servers && servers.Servers == configuration.Servers)
            return servers;
        return _servers = new NameServers(configuration.Servers, _exchange, _time);
    }

    // RFC 6762; but clusters have such names in their DNS, and search there.
    private static bool IsMulticast(string name, ResolverConfiguration configuration) =>
        Is(name, "local") && !configuration.Search.Any(domain => Is(name, domain));

    private static bool Is(string name, string domain) =>
        name.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.');
}
