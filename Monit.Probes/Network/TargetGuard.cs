using System.Net;
using System.Net.Sockets;

namespace Monit.Probes.Network;

/// <summary>
/// Decides which addresses may be checked (SSRF protection). Cloud metadata services are always refused. All ranges that
/// IANA's special-purpose registries (RFC 6890) exclude from the public Internet are refused unless private targets are
/// allowed. An IPv4 address embedded in an IPv6 address (mapped, compatible, NAT64, 6to4) is judged as IPv4.
/// </summary>
internal sealed class TargetGuard(bool allowPrivate)
{
    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("169.254.169.254"), // AWS, Azure, Google Cloud, and most others
        IPAddress.Parse("169.254.170.2"),   // AWS ECS
        IPAddress.Parse("169.254.170.23"),  // AWS EKS
        IPAddress.Parse("100.100.100.200"), // Alibaba Cloud
        IPAddress.Parse("168.63.129.16"),   // Azure's host
        IPAddress.Parse("192.0.0.192"),     // Oracle Cloud
        IPAddress.Parse("fd00:ec2::254"),   // AWS
        IPAddress.Parse("fd00:ec2::23"),    // AWS EKS
        IPAddress.Parse("fd20:ce::254"),    // Google Cloud
    ];

    private static readonly IPNetwork[] Special =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
            "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    public bool Allows(IPAddress address)
    {
        // The copy drops the scope id (fe80::1%2).
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            address = Embedded(address) ?? new IPAddress(address.GetAddressBytes());
        if (Metadata.Contains(address))
            return false;
        return allowPrivate || !Special.Any(network => network.Contains(address));
    }

    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address))
            return new IPAddress(bytes.AsSpan(2, 4));
        if (Nat64.Contains(address) || (Compatible.Contains(address) && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.IPv6Any)))
            return new IPAddress(bytes.AsSpan(12, 4));
        return null;
    }
}
