using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Monit.ServiceDefaults.Http;

/// <summary>Requires a list of IP addresses and networks in CIDR form, separated by commas; it may be empty.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddressListAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is string text && TryParse(text) is not null;

    /// <returns>Null if it is none. A single address is a network of its own.</returns>
    public static IReadOnlyList<IPNetwork>? TryParse(string text)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (IPAddress.TryParse(part, out var address))
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(part, out var network))
                networks.Add(network);
            else
                return null;
        return networks;
    }
}
