using System.ComponentModel.DataAnnotations;

namespace Monit.Probes.Network;

/// <summary>How targets are reached. Section <c>Executor</c>.</summary>
public sealed class ProbeOptions
{
    /// <summary>
    /// The maximum number of concurrent checks, 2..100 000; default 5000, and never more than <see cref="FileLimit"/> leaves room for.
    /// Slow and failing targets get at most half of them.
    /// </summary>
    [Range(2, 100_000)]
    public int HttpSemaphoreCount { get; set; } = 5000;

    /// <summary>Default <see cref="ConnectionMode.New"/>.</summary>
    [EnumDataType(typeof(ConnectionMode))]
    public ConnectionMode Connection { get; set; }
}
