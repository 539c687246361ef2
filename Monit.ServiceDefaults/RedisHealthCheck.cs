#if !ASPIRE_CLIENTS
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Monit.ServiceDefaults;

/// <summary>Ready while Redis answers a PING.</summary>
internal sealed class RedisHealthCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.GetDatabase().PingAsync();
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Redis does not answer.", failure);
        }
    }
}
#endif
