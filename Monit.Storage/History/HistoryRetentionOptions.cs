using System.ComponentModel.DataAnnotations;

namespace Monit.Storage.History;

/// <summary>How long the history is kept. Months and incidents stay for ever. Section <c>History</c>.</summary>
public sealed class HistoryRetentionOptions
{
    /// <summary>Every single result, 1..90 days; default 3 days. Dropped by whole UTC days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "90.00:00:00")]
    public TimeSpan Chunks { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Days with all their latencies, 35..3650 days, so that a month is whole when it is summed up; default 90 days. PostgreSQL drops whole months.</summary>
    [Range(typeof(TimeSpan), "35.00:00:00", "3650.00:00:00")]
    public TimeSpan Days { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Days with a few percentiles, 35..3650 days; default 400 days. PostgreSQL drops whole months.</summary>
    [Range(typeof(TimeSpan), "35.00:00:00", "3650.00:00:00")]
    public TimeSpan DaySummaries { get; set; } = TimeSpan.FromDays(400);

    /// <summary>What the checks saw that opened and closed incidents, 1..3650 days; default 90 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Evidence { get; set; } = TimeSpan.FromDays(90);

    /// <summary>The attempts to deliver alerts, 1..3650 days; default 90 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan DeliveryLogs { get; set; } = TimeSpan.FromDays(90);
}
