using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Executor;

/// <summary>Section <c>Executor</c>, which <see cref="Monit.Probes.Network.ProbeOptions"/> reads as well.</summary>
internal sealed class ExecutorOptions
{
    /// <summary>Workers that take jobs and start their checks, 1..10 000; default: one for every two processors, since more contend with each other.</summary>
    [Range(1, 10_000)]
    public int WorkerCount { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);
}
