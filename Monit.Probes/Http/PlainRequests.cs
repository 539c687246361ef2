using Monit.Core.Checks.Settings;

namespace Monit.Probes.Http;

/// <summary>The requests that need nothing but a GET over HTTP/1.1, on a connection as the worker's settings have it.</summary>
internal static class PlainRequests
{
    public static bool Includes(CheckSettings settings) =>
        settings.Network is null && (settings.Tls is null || ForConnection(settings.Tls) is null) && (settings.Request is null || IsPlain(settings.Request));

    /// <summary>Whether the request is that of a monitor without settings of its own.</summary>
    public static bool IsPlain(RequestSettings? request) => request is null
        or { Method: null or "GET", Headers: null or { Count: 0 }, Body: null, Auth: null, HttpVersion: null or HttpProtocol.Http11 };

    /// <summary>What of the settings makes a difference to a connection; null if nothing. How long certificates last is judged later.</summary>
    public static TlsSettings? ForConnection(TlsSettings? tls) => tls switch
    {
        null or { Verify: null or true, Ca: null, ClientCertificate: null } => null,
        { MinDays: null, Verify: not true } => tls,
        _ => tls with { MinDays = null, Verify = tls.Verify is false ? false : null },
    };
}
