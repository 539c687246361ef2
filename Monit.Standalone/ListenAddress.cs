using Monit.ServiceDefaults.Http;

namespace Monit.Standalone;

internal static class ListenAddress
{
    /// <summary>Whether Monit listens on loopback only, so that nobody but this machine's users reaches it (or a proxy on it).</summary>
    public static bool IsLoopback(IConfiguration configuration, string byDefault)
    {
        // Kestrel's own section comes before the addresses.
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "").ToList();
        var urls = endpoints.Count > 0 ? endpoints
            : [.. (configuration[WebHostDefaults.ServerUrlsKey] ?? byDefault).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        return urls.TrueForAll(IsLoopback);
    }

    private static bool IsLoopback(string url)
    {
        try
        {
            return ListenAddresses.IsLocal(BindingAddress.Parse(url));
        }
        catch (FormatException)
        {
            // The server will say so.
            return false;
        }
    }
}
