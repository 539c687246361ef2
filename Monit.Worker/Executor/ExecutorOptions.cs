using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Executor;

/// <summary>Section <c>Executor</c>.</summary>
internal sealed class ExecutorOptions
{
    /// <summary>Workers that take jobs and start their checks, 1..10 000; default: one for every two processors, since more contend with each other.</summary>
    [Range(1, 10_000)]
    public int WorkerCount { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>The maximum number of concurrent checks, 2..100 000; default 5000. Slow and failing targets get at most half of them.</summary>
    [Range(2, 100_000)]
    public int HttpSemaphoreCount { get; set; } = 5000;

    /// <summary>Default <see cref="ConnectionMode.New"/>.</summary>
    [EnumDataType(typeof(ConnectionMode))]
    public ConnectionMode Connection { get; set; }

    /// <summary>Whether private, loopback and link-local addresses may be checked; default: only in development.</summary>
    public bool? AllowPrivateTargets { get; set; }
}
