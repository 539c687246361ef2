using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Network;

internal static class IpFamilies
{
    /// <summary>Whether a monitor with this setting may connect to the address. An IPv4 address within an IPv6 one (mapped) is of IPv4.</summary>
    public static bool Includes(this IpFamily family, IPAddress address)
    {
        var isV6 = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6;
        return family == IpFamily.Any || isV6 == (family == IpFamily.V6);
    }
}
