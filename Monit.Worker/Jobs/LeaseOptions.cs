using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Jobs;

/// <summary>The lease of every claimed job. Section <c>Scheduler</c>.</summary>
internal sealed class LeaseOptions
{
    /// <summary>The lease of a claimed job, 1 s..1 h; default 30 s. A crashed worker's jobs wait that long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan VisibilityTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Leases that end later than this are invalid: no lease exceeds the visibility time-out, and twice that allows for workers with other settings.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(2 * Math.Max(VisibilityTimeout.Ticks, TimeSpan.FromMinutes(1).Ticks));
}
