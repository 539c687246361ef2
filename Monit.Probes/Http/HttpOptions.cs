using System.ComponentModel.DataAnnotations;

namespace Monit.Probes.Http;

/// <summary>How HTTP checks are carried out. Section <c>Executor</c>.</summary>
public sealed class HttpOptions
{
    /// <summary>Default <see cref="HttpEngine.Auto"/>.</summary>
    [EnumDataType(typeof(HttpEngine))]
    public HttpEngine HttpEngine { get; set; }
}
