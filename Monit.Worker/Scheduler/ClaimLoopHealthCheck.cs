using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Scheduler;

/// <summary>Healthy while Redis answers claims: the last reply is at most 30 s or ten intervals old, whichever is longer.</summary>
internal sealed class ClaimLoopHealthCheck(SchedulerStage scheduler, IOptions<SchedulerOptions> options) : IHealthCheck
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Problem(scheduler.SinceLastTick, options.Value.Interval) is { } problem
            ? new HealthCheckResult(context.Registration.FailureStatus, problem)
            : HealthCheckResult.Healthy());

    internal static string? Problem(TimeSpan? sinceLastTick, TimeSpan interval) => sinceLastTick switch
    {
        null => "Nothing has been claimed yet.",
        { } since when since > Least && since > interval * 10 => $"The last claim was {since.TotalSeconds:0} s ago.",
        _ => null,
    };
}
