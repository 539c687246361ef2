using System.ComponentModel.DataAnnotations;
using Monit.Core.Checks.Settings;

namespace Monit.Core.Incidents;

/// <summary>When a failure counts, and when it becomes an incident. Section <c>ResultProcessor</c>.</summary>
public sealed class DecisionRules
{
    /// <summary>Quick retries before a failure counts, 0..10; default 2.</summary>
    [Range(0, 10)]
    public int RetryThreshold { get; set; } = 2;

    /// <summary>The delay of a quick retry, 100 ms..1 h; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Consecutive counted failures that open an incident, 1..100; default 3.</summary>
    [Range(1, 100)]
    public int FailureThreshold { get; set; } = 3;

    /// <summary>Consecutive successes that close it, 1..100; default 1. It ends with the first of them.</summary>
    [Range(1, 100)]
    public int SuccessThreshold { get; set; } = 1;

    /// <summary>
    /// The longest time between two checks of a parked monitor, 0..1 day; default 15 min; 0: it is not checked again. The first
    /// checks are sooner: see <see cref="ParkedPace"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ParkedRecheck { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>These rules with a monitor's own in their place.</summary>
    public DecisionRules With(in MonitorRules own) => own == default ? this : new DecisionRules
    {
        RetryThreshold = own.Retries ?? RetryThreshold,
        RetryDelay = own.RetryDelaySec is { } seconds ? TimeSpan.FromSeconds(seconds) : RetryDelay,
        FailureThreshold = own.FailureThreshold ?? FailureThreshold,
        SuccessThreshold = own.SuccessThreshold ?? SuccessThreshold,
        ParkedRecheck = ParkedRecheck,
    };

    /// <summary>How much later than at its next slot a monitor may be due after a failed check; null: perhaps never again.</summary>
    public TimeSpan? LongestWait => ParkedRecheck == TimeSpan.Zero ? null : ParkedRecheck > RetryDelay ? ParkedRecheck : RetryDelay;

    /// <summary>
    /// The least time until the next check of a parked monitor: 1 min when its incident has just opened, then 2, 4, 8, up to
    /// <see cref="ParkedRecheck"/>; a monitor's own interval may be longer.
    /// </summary>
    /// <param name="failures">Its consecutive counted failures.</param>
    public TimeSpan ParkedPace(int failures)
    {
        var doublings = Math.Clamp(failures - FailureThreshold, 0, 16);
        return TimeSpan.FromTicks(Math.Min(ParkedRecheck.Ticks, TimeSpan.TicksPerMinute << doublings));
    }
}
