using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Monit.Core.Options;

namespace Monit.Api.Http;

/// <summary>
/// The general limit of requests: a token bucket an account, and for requests without a token one an address. What monitoring
/// of Monit itself asks (<c>/health</c>, <c>/metrics</c>) is not limited.
/// </summary>
internal static class RequestLimits
{
    // However many addresses an attacker has, they share so many buckets. The hash is seeded anew in each process.
    private const int AddressBuckets = 16_384;

    public static IServiceCollection AddRequestLimits(this IServiceCollection services)
    {
        services.AddValidatedOptions<RequestLimitOptions>("Api");
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RequestLimitOptions>>((limiter, options) =>
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, Key>(http => Partition(http, options.Value)));
        return services;
    }

    private static RateLimitPartition<Key> Partition(HttpContext http, RequestLimitOptions options) =>
        options.RequestsPerSecond == 0 || !IsLimited(http.Request.Path)
            ? RateLimitPartition.GetNoLimiter(default(Key))
            : RateLimitPartition.GetTokenBucketLimiter(KeyOf(http), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.Burst, TokensPerPeriod = options.RequestsPerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            });

    private static bool IsLimited(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/openapi") || path.StartsWithSegments("/docs");

    private static Key KeyOf(HttpContext http) =>
        Guid.TryParse(http.User.FindFirstValue(JwtRegisteredClaimNames.Sub), out var account)
            ? new(account, 0) : new(Guid.Empty, 1 + (int)((uint)ClientNetwork.Of(http.Connection.RemoteIpAddress).GetHashCode(StringComparison.Ordinal) % AddressBuckets));

    private readonly record struct Key(Guid Account, int Address);
}
