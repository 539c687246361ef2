using System.Buffers;
using System.Text;

namespace Monit.Core.Checks.Http;

/// <summary>Which URLs an HTTP check can ask for; the API refuses exactly what a probe cannot check.</summary>
public static class HttpUrl
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;

    // What DNS software, certificates and a Host header carry unchanged; the underscore is common in names that are not host names.
    private static readonly SearchValues<char> Letters = SearchValues.Create("-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Whether it is an absolute http or https URL with a port, and with an address, or a name that DNS can hold.</summary>
    public static bool CanBeAsked(Uri url)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return false;
        try
        {
            // All that a probe reads of it: .NET parses a URL in steps, and what is wrong shows at the last one.
            return url.Port > 0 && url.PathAndQuery.Length > 0 && HasUsableHost(url);
        }
        catch (Exception failure) when (failure is UriFormatException or ArgumentException)
        {
            return false;
        }
    }

    private static bool HasUsableHost(Uri url) => url.HostNameType switch
    {
        UriHostNameType.IPv4 => true,
        // A zone (fe80::1%eth0) means something on one machine only.
        UriHostNameType.IPv6 => !url.IdnHost.Contains('%') && !url.DnsSafeHost.Contains('%'),
        UriHostNameType.Dns => IsName(url.IdnHost) && (Ascii.IsValid(url.Host) || Directions.AreClear(url.Host)),
        _ => false,
    };

    /// <summary>Whether DNS can hold the name, which may end with a dot.</summary>
    private static bool IsName(ReadOnlySpan<char> host)
    {
        var name = host is [.., '.'] ? host[..^1] : host;
        if (name.Length is 0 or > MaxName)
            return false;
        foreach (var label in name.Split('.'))
            if (name[label].Length is 0 or > MaxLabel || name[label].ContainsAnyExcept(Letters))
                return false;
        return true;
    }
}
