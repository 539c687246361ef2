using System.ComponentModel.DataAnnotations;

namespace Monit.Alerts.Delivery;

/// <summary>The delivery of alerts. Section <c>Alerts</c>.</summary>
internal sealed class DeliveryOptions
{
    /// <summary>The maximum number of alerts sent concurrently, 1..100; default 5.</summary>
    [Range(1, 100)]
    public int DeliveryWorkers { get; set; } = 5;

    /// <summary>Alerts queued in memory, 1..100 000; default 1000. Further ones wait in SQL.</summary>
    [Range(1, 100_000)]
    public int QueueSize { get; set; } = 1000;

    /// <summary>The time between two sweeps for due alerts, 10 ms..1 h; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Due alerts read from SQL at once, 1..10 000; default 500.</summary>
    [Range(1, 10_000)]
    public int SweepPage { get; set; } = 500;

    /// <summary>
    /// The lease of an alert that is being sent, 1 s..1 h; default 60 s. Must be longer than any channel's longest send
    /// (<c>Smtp:Timeout</c>), so that a slow one is not sent twice.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SendLease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long an alert is tried, from its first attempt, 1 s..30 days; default 24 h. So long an alert also waits for its
    /// address to be confirmed.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The delay after the first failed attempt, 1 ms..1 h; default 5 s. It doubles with each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum delay between attempts, 1 ms..1 day; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The delay after a failed attempt (the first is 1), with up to 20 % of random jitter added.</summary>
    public TimeSpan Backoff(int attempt) => TimeSpan.FromTicks((long)(Math.Min(
        RetryDelay.Ticks * Math.Pow(2, attempt - 1), MaxRetryDelay.Ticks) * (1 + 0.2 * Random.Shared.NextDouble())));
}
