using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Scheduler;

/// <summary>Section <c>Scheduler</c>.</summary>
internal sealed class SchedulerOptions
{
    /// <summary>How often Redis is asked for due monitors, 10 ms..1 min; default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The maximum number of jobs per claim, 1..2000; default 1000: with fewer, the executor waits for a loaded Redis.</summary>
    [Range(1, 2000)]
    public int BatchSize { get; set; } = 1000;

    /// <summary>The maximum number of cached configurations, 0..10 000 000; default 1 000 000. Each takes about 70 bytes and its URL.</summary>
    [Range(0, 10_000_000)]
    public int ConfigCacheSize { get; set; } = 1_000_000;
}
