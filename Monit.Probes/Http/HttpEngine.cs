namespace Monit.Probes.Http;

/// <summary>What sends the requests of HTTP checks.</summary>
public enum HttpEngine
{
    /// <summary>The fast one for all it can serve, which is every check so far; the full one for the rest.</summary>
    Auto,
    /// <summary>Monit's own client: HTTP/1.1, GET.</summary>
    Fast,
    /// <summary>.NET's client: all of HTTP, at a higher cost.</summary>
    Full,
}
