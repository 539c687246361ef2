using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Reconciler;

/// <summary>Section <c>Reconciler</c>.</summary>
internal sealed class ReconcilerOptions
{
    /// <summary>The time between two full comparisons of SQL and Redis, 1 s..1 day; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often changes that did not reach Redis are sent again, 100 ms..1 h; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan GapInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often open incidents are compared, 100 ms..1 h; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan IncidentInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Checks per second ahead of their slot while a shard is rebuilt, 0..100 000; default 0: every monitor waits for its
    /// slot. Standalone, which rebuilds its store at every start, uses 500.
    /// </summary>
    [Range(0, 100_000)]
    public int RebuildPace { get; set; }
}
