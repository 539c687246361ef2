using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Scheduler;

/// <summary>Ready while Redis answers claims: the last answer is at most 30 s or ten intervals old.</summary>
internal sealed class ClaimLoopHealthCheck(SchedulerStage scheduler, IOptions<SchedulerOptions> options) : IHealthCheck
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var bound = TimeSpan.FromTicks(Math.Max(Least.Ticks, options.Value.Interval.Ticks * 10));
        return Task.FromResult(scheduler.SinceLastTick switch
        {
            null => new HealthCheckResult(context.Registration.FailureStatus, "Nothing has been claimed yet."),
            { } since when since > bound => new HealthCheckResult(context.Registration.FailureStatus, $"The last claim was {since.TotalSeconds:0} s ago."),
            _ => HealthCheckResult.Healthy(),
        });
    }
}
