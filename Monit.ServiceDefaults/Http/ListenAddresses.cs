using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace Monit.ServiceDefaults.Http;

/// <summary>Where the server listens; known once it has started.</summary>
public static class ListenAddresses
{
    public static IReadOnlyCollection<string> Of(IServer server) => [.. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>Whether only this machine can reach it. A Unix socket is there for a proxy, which others reach.</summary>
    public static bool AreLocal(IServer server) => Of(server).Select(BindingAddress.Parse).All(IsLocal);

    /// <summary>An address to open in a browser, without a slash at its end: of this machine's name, where the server listens on every address.</summary>
    public static string Link(IServer server) => Of(server).Select(BindingAddress.Parse).FirstOrDefault() is { } first
        ? $"{first.Scheme}://{(IsEvery(first.Host) ? Environment.MachineName : first.Host)}:{first.Port}" : "";

    /// <inheritdoc cref="AreLocal"/>
    public static bool IsLocal(BindingAddress address) => address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static bool IsEvery(string host) =>
        host is "+" or "*" || (IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
}
