using System.ComponentModel.DataAnnotations;

namespace Monit.Probes.Http;

/// <summary>How HTTP checks are carried out. Section <c>Executor</c>.</summary>
public sealed class HttpOptions
{
    /// <summary>Default <see cref="HttpEngine.Auto"/>.</summary>
    [EnumDataType(typeof(HttpEngine))]
    public HttpEngine HttpEngine { get; set; }

    /// <summary>
    /// The memory for bodies that assertions judge, of all checks that run at the same time, in bytes, 16 MiB..1 TiB; default 256 MiB. Bodies of
    /// up to 16 KiB are not counted. A check for which there is none left is given back, and carried out later.
    /// </summary>
    [Range(16L << 20, 1L << 40)]
    public long BodyBytes { get; set; } = UsualBodyBytes;

    internal const long UsualBodyBytes = 256L << 20;
}
