using System.Net;

namespace Monit.Core.Checks.Assertions;

/// <summary>IP addresses as assertions name them: an address however it is written, or a network in CIDR notation.</summary>
internal static class IpText
{
    public static bool IsValid(string text) => IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _);

    /// <summary>Whether an address is the expected one, or in the expected network. An IPv4 address is the same inside IPv6.</summary>
    public static bool IsSame(string actual, string expected)
    {
        if (!IPAddress.TryParse(actual, out var address))
            return actual == expected;
        address = Plain(address);
        return IPAddress.TryParse(expected, out var other) ? Plain(other).Equals(address)
            : IPNetwork.TryParse(expected, out var network) && network.Contains(address);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
