using System.ComponentModel.DataAnnotations;
using Monit.Probes.Network;

namespace Monit.Worker.Executor;

/// <summary>Section <c>Executor</c>, which <see cref="ProbeOptions"/> reads as well.</summary>
internal sealed class ExecutorOptions
{
    /// <summary>Workers that take jobs and start their checks, 1..10 000; default: one for every two processors, since more contend with each other.</summary>
    [Range(1, 10_000)]
    public int WorkerCount { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// The memory for configurations with settings of their own, read and ready for checks, in bytes, roughly, 0..1 TiB; default 64 MiB. What has
    /// no room is read at each check.
    /// </summary>
    [Range(0, 1L << 40)]
    public long DecodedBytes { get; set; } = 64 << 20;
}
