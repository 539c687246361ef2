using System.Net;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Network.Names;

/// <summary>
/// Asks the servers of a configuration in turn, twice, beginning with one that answers: a dead first server costs a moment,
/// and not every lookup.
/// </summary>
internal sealed class NameServers(IPEndPoint[] servers, DnsExchange exchange, TimeProvider time)
{
    private static readonly TimeSpan[] Patience = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];
    /// <summary>A server that has answered nobody for so long is dead, and not only the name that it is silent about.</summary>
    private static readonly TimeSpan Alive = TimeSpan.FromSeconds(1);

    private readonly long[] _answered = new long[servers.Length];
    private int _preferred;

    public IPEndPoint[] Servers => servers;

    public async Task<(DnsOutcome Outcome, IPAddress[] Addresses)> AskAsync(string name, IpFamily family, CancellationToken ct)
    {
        var outcome = DnsOutcome.Failed;
        var first = Volatile.Read(ref _preferred);
        foreach (var patience in Patience)
        {
            for (var i = 0; i < servers.Length; i++)
            {
                var server = (first + i) % servers.Length;
                var answer = (DnsOutcome.Silent, Array.Empty<IPAddress>());
                try
                {
                    answer = await exchange.AskAsync(servers[server], name, family, patience, ct);
                }
                finally
                {
                    Learn(server, answer.Item1);
                }
                outcome = answer.Item1;
                if (outcome is DnsOutcome.Found or DnsOutcome.NoData or DnsOutcome.NoSuchName)
                    return answer;
            }
        }
        return (outcome, []);
    }

    // Also after a check that has timed out: its time limit may be shorter than the patience.
    private void Learn(int server, DnsOutcome outcome)
    {
        if (outcome != DnsOutcome.Silent)
            Volatile.Write(ref _answered[server], time.GetTimestamp());
        else if (time.GetElapsedTime(Volatile.Read(ref _answered[server])) > Alive)
            Interlocked.CompareExchange(ref _preferred, (server + 1) % servers.Length, server);
    }
}
