using System.Text;
using Monit.Core;
using Monit.Core.Checks.Answers;
using Monit.Core.Users;

namespace Monit.Probes.Http.Fast;

/// <summary>Scheme, host and port of a URL, with the constant end of every request to it and its idle connections.</summary>
internal sealed class Origin(Uri url, bool keepAlive)
{
    private readonly Uri _url = url;

    /// <summary>Such as <c>https://example.org:8443</c>, without a trailing slash.</summary>
    public string Text => field ??= _url.GetLeftPart(UriPartial.Authority);
    public bool IsSecure { get; } = url.Scheme == Uri.UriSchemeHttps;
    public string Host { get; } = url.IdnHost;
    public int Port { get; } = url.Port;

    /// <summary>The bytes of the request after its path.</summary>
    public byte[] RequestEnd { get; } = Encoding.UTF8.GetBytes(
        $" HTTP/1.1\r\nHost: {(url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost)}{(url.IsDefaultPort ? "" : $":{url.Port}")}\r\n"
        + $"User-Agent: {Product.UserAgent}\r\nAccept: */*\r\nAccept-Encoding: {ContentCoding.Accepted}\r\n{(keepAlive ? "" : "Connection: close\r\n")}\r\n");

    /// <summary>Guarded by the lock of <see cref="HttpConnections"/>, and so is <see cref="IsKnown"/>.</summary>
    public List<HttpConnection> Idle { get; } = [];

    /// <summary>Whether <see cref="HttpConnections"/> has registered this instance under its <see cref="Text"/>.</summary>
    public bool IsKnown { get; set; }
}

/// <summary>The origin and path of a GET.</summary>
/// <param name="Path">Escaped, with the query.</param>
internal readonly record struct HttpTarget(Origin Origin, ReadOnlyMemory<char> Path);
