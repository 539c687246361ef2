using System.Text;
using Monit.Core;

namespace Monit.Worker.Executor.Http;

/// <summary>Scheme, host and port of a URL, what every request there ends with, and the connections that lie idle.</summary>
internal sealed class Origin(Uri url, bool keepAlive)
{
    private readonly Uri _url = url;

    /// <summary>As URLs begin that lead there.</summary>
    public string Text => field ??= _url.GetLeftPart(UriPartial.Authority);
    public bool IsSecure { get; } = url.Scheme == Uri.UriSchemeHttps;
    public string Host { get; } = url.IdnHost;
    public int Port { get; } = url.Port;

    /// <summary>The request from behind its path.</summary>
    public byte[] RequestEnd { get; } = Encoding.UTF8.GetBytes(
        $" HTTP/1.1\r\nHost: {(url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost)}{(url.IsDefaultPort ? "" : $":{url.Port}")}\r\n"
        + $"User-Agent: {Product.UserAgent}\r\nAccept: */*\r\n{(keepAlive ? "" : "Connection: close\r\n")}\r\n");

    /// <summary>Guarded by the lock of <see cref="HttpConnections"/>, and so is <see cref="IsKnown"/>.</summary>
    public List<HttpConnection> Idle { get; } = [];

    /// <summary>Whether it is the one to be found under its <see cref="Text"/>.</summary>
    public bool IsKnown { get; set; }
}

/// <summary>What a GET asks for.</summary>
/// <param name="Path">With the query, escaped.</param>
internal readonly record struct HttpTarget(Origin Origin, ReadOnlyMemory<char> Path)
{
    /// <summary>The target of a redirect.</summary>
    public bool TryResolve(string location, out Uri url) => Uri.TryCreate(new Uri(Origin.Text + Path), location, out url!);
}
