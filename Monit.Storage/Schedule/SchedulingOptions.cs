using System.ComponentModel.DataAnnotations;

namespace Monit.Storage.Schedule;

/// <summary>The layout of the schedule in Redis. Section <c>Scheduling</c>; must be the same for every service.</summary>
public sealed class SchedulingOptions
{
    /// <summary>The number of shards, 1..1024; default 1. Cannot be changed without resharding.</summary>
    [Range(1, 1024)]
    public int Shards { get; set; } = 1;

    /// <summary>The prefix of all keys, 1..64 letters, digits, <c>.</c>, <c>_</c> or <c>-</c>; default <c>monit</c>.</summary>
    [Required, RegularExpression("^[A-Za-z0-9_.-]{1,64}$")]
    public string KeyPrefix { get; set; } = "monit";

    /// <summary>
    /// The format in which configurations are written, 1 or 2; default 1, which version 0.1 reads too. One that uses more than these
    /// can hold is written in a later format all the same. Processes with different values may run together: each reads all.
    /// </summary>
    [Range(1, 2)]
    public int ConfigFormat { get; set; } = 1;

    /// <summary>
    /// How many results of a monitor Redis keeps while SQL is away, 10..10 000; default 400. What is dropped beyond them becomes time of which
    /// nothing is known.
    /// </summary>
    [Range(10, 10_000)]
    public int KeptResults { get; set; } = 400;
}
