using System.ComponentModel.DataAnnotations;

namespace Monit.Alerts.Delivery;

/// <summary>How alerts are delivered. Section <c>Alerts</c>.</summary>
internal sealed class DeliveryOptions
{
    /// <summary>Alerts sent at the same time, 1..100; default 5.</summary>
    [Range(1, 100)]
    public int DeliveryWorkers { get; set; } = 5;

    /// <summary>Alerts that wait for a worker, 1..100 000; default 1000. More stay in SQL.</summary>
    [Range(1, 100_000)]
    public int QueueSize { get; set; } = 1000;

    /// <summary>Time from one look for due alerts to the next, 10 ms..1 h; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Due alerts read from SQL at once, 1..10 000; default 500.</summary>
    [Range(1, 10_000)]
    public int SweepPage { get; set; } = 500;

    /// <summary>
    /// How long an alert belongs to who sends it, 1 s..1 h; default 60 s. Must outlast <c>Smtp:Timeout</c>, or a slow
    /// mail is sent twice.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SendLease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Attempts after which an alert is given up, 1..1000; default 10.</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Back-off after the first failed attempt, 1 ms..1 h; default 5 s. Doubles with each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest back-off, 1 ms..1 day; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The wait after that failed attempt (1 for the first), up to 20 % longer so that retries spread.</summary>
    public TimeSpan Backoff(int attempt) => TimeSpan.FromTicks((long)(Math.Min(
        RetryDelay.Ticks * Math.Pow(2, attempt - 1), MaxRetryDelay.Ticks) * (1 + 0.2 * Random.Shared.NextDouble())));
}
