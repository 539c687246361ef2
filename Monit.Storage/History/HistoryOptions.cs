using System.ComponentModel.DataAnnotations;

namespace Monit.Storage.History;

/// <summary>How results move from Redis to SQL. Section <c>History</c>.</summary>
public sealed class HistoryOptions
{
    /// <summary>
    /// How often the results of each monitor are moved, 100 ms..1 h; default 45 s, and 1 s in Standalone, whose Redis lives in memory. So
    /// much is lost at most when Redis is emptied. It takes longer where <see cref="RowsPerSecond"/> would be exceeded.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan MoveInterval { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>The maximum number of monitors whose results are moved in a second, by all workers together, 10..100 000; default 2000.</summary>
    [Range(10, 100_000)]
    public int RowsPerSecond { get; set; } = 2000;

    /// <summary>Whether a worker that stops moves everything first; default false, and true in Standalone.</summary>
    public bool MoveAtStop { get; set; }
}
