namespace Monit.Probes.Http;

/// <summary>What sends the requests of HTTP checks.</summary>
public enum HttpEngine
{
    /// <summary>For each check the fast one if it can serve it, which is true of every plain GET; otherwise the full one.</summary>
    Auto,
    /// <summary>The same as <see cref="Auto"/>.</summary>
    Fast,
    /// <summary>Always the full one, .NET's client: all of HTTP, at a higher cost.</summary>
    Full,
}
