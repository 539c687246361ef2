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

    /// <summary>The bucket of whoever sends a request.</summary>
    /// <param name="perSecond">0: no limit.</param>
    public static RateLimitPartition<Key> Bucket(HttpContext http, int perSecond, int burst) =>
        perSecond == 0 ? RateLimitPartition.GetNoLimiter(default(Key))
            : RateLimitPartition.GetTokenBucketLimiter(KeyOf(http), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = burst, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            });

    private static RateLimitPartition<Key> Partition(HttpContext http, RequestLimitOptions options) =>
        Bucket(http, IsLimited(http.Request.Path) ? options.RequestsPerSecond : 0, options.Burst);

    private static bool IsLimited(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/openapi") || path.StartsWithSegments("/docs");

    private static Key KeyOf(HttpContext http) =>
        Guid.TryParse(http.User.FindFirstValue(JwtRegisteredClaimNames.Sub), out var account)
            ? new(account, 0) : new(Guid.Empty, 1 + (int)((uint)ClientNetwork.Of(http.Connection.RemoteIpAddress).GetHashCode(StringComparison.Ordinal) % AddressBuckets));

    internal readonly record struct Key(Guid Account, int Address);
}
