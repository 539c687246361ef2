using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Monit.Worker.Alerting;

/// <summary>Ready while Monit.Alerts answers. Without it checks go on, but nobody hears of what they find.</summary>
internal sealed class AlertsHealthCheck(HttpClient alerts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await alerts.GetAsync(new Uri("/alive", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, $"Monit.Alerts answers {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException failure)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Monit.Alerts does not answer.", failure);
        }
    }
}
