using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Reclaimer;

/// <summary>Section <c>Reclaimer</c>.</summary>
internal sealed class ReclaimerOptions
{
    /// <summary>How often expired leases are looked for, 10 ms..10 min; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of ids per script call, 1..2000; default 1000.</summary>
    [Range(1, 2000)]
    public int Limit { get; set; } = 1000;
}
