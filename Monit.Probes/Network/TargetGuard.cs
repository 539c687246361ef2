using System.Net;
using System.Net.Sockets;

namespace Monit.Probes.Network;

/// <summary>
/// Decides which addresses may be checked (SSRF protection). Cloud metadata services and link-local addresses are always
/// refused; what is not public by the <see cref="SpecialRegistry"/>, unless private targets are allowed. An IPv4 address
/// within an IPv6 address counts: mapped, NAT64 and 6to4 are judged by it, and no other form hides one that is always refused.
/// </summary>
internal sealed class TargetGuard(bool allowPrivate)
{
    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("100.100.100.200"), // Alibaba Cloud
        IPAddress.Parse("168.63.129.16"),   // Azure's host
        IPAddress.Parse("192.0.0.192"),     // Oracle Cloud
        IPAddress.Parse("fd00:ec2::254"),   // AWS
        IPAddress.Parse("fd00:ec2::23"),    // AWS EKS
        IPAddress.Parse("fd20:ce::254"),    // Google Cloud
    ];

    // Most metadata services are here (169.254.169.254), and nothing that several machines call by the same address.
    private static readonly IPNetwork[] LinkLocal = [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10")];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    // IPv4-compatible, IPv4-translated and NAT64 within one network: never public, but where they are used they lead to IPv4.
    private static readonly IPNetwork[] Translated = [IPNetwork.Parse("::/96"), IPNetwork.Parse("::ffff:0:0:0/96"), IPNetwork.Parse("64:ff9b:1::/48")];

    public bool Allows(IPAddress address)
    {
        // The copy drops the scope id (fe80::1%2).
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            address = Embedded(address) ?? new IPAddress(address.GetAddressBytes());
        if (IsForbidden(address) || (Translated.Any(network => network.Contains(address)) && IsForbidden(Last(address))))
            return false;
        return allowPrivate || SpecialRegistry.IsPublic(address);
    }

    private static bool IsForbidden(IPAddress address) => Metadata.Contains(address) || LinkLocal.Any(network => network.Contains(address));

    private static IPAddress? Embedded(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : SixToFour.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(2, 4))
        : Nat64.Contains(address) ? Last(address)
        : null;

    private static IPAddress Last(IPAddress address) => new(address.GetAddressBytes().AsSpan(12, 4));
}
