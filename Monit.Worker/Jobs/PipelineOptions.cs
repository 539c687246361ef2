using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Jobs;

/// <summary>The capacities of the channels between stages. Section <c>Pipeline</c>.</summary>
internal sealed class PipelineOptions
{
    /// <summary>Claimed jobs that wait for an executor, 1..1 000 000; default 2000, which is two claims.</summary>
    [Range(1, 1_000_000)]
    public int JobChannelSize { get; set; } = 2000;

    /// <summary>Results that wait for the result processor, and, in each shard, for Redis, 1..1 000 000; default 2000.</summary>
    [Range(1, 1_000_000)]
    public int ResultChannelSize { get; set; } = 2000;

    /// <summary>Alerts that wait for a dispatcher, 1..1 000 000; default 100. The sweep of Monit.Alerts sends the others.</summary>
    [Range(1, 1_000_000)]
    public int AlertChannelSize { get; set; } = 100;
}
