using System.ComponentModel.DataAnnotations;

namespace Monit.Core.Scheduling;

/// <summary>How the schedule lies in Redis. Section <c>Scheduling</c>; the same for every service.</summary>
public sealed class SchedulingOptions
{
    /// <summary>Parts that the schedule is cut into, 1..1024; default 1. Fixed for the life of an installation.</summary>
    [Range(1, 1024)]
    public int Shards { get; set; } = 1;

    /// <summary>What every key starts with; default <c>monit</c>.</summary>
    [Required, RegularExpression("^[A-Za-z0-9_.-]{1,64}$")]
    public string KeyPrefix { get; set; } = "monit";
}
