using System.Net;
using System.Net.Sockets;

namespace Monit.Api.Http;

/// <summary>Who counts as one client in limits: an IPv4 address, or a /64 network of IPv6, which is what a household or a server has.</summary>
internal static class ClientNetwork
{
    private const int PrefixBytes = 8;

    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
