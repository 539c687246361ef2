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

    /// <summary>
    /// The memory for cached configurations, 0..4 GiB; default 128 MiB, which holds a million plain monitors. Each takes about
    /// 50 bytes and its text, and a change leaves the old text behind for a while.
    /// </summary>
    [Range(typeof(long), "0", "4294967296")]
    public long ConfigCacheBytes { get; set; } = 128 << 20;
}
