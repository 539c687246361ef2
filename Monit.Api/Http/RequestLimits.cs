using System.Net;
using System.Net.Sockets;
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
    private const int Ipv6PrefixBytes = 8;

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
            ? new(account, 0) : new(Guid.Empty, 1 + BucketOf(http.Connection.RemoteIpAddress));

    /// <summary>One for an IPv4 address, and one for the /64 of an IPv6 address, which is what a customer has at least.</summary>
    private static int BucketOf(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        var hash = new HashCode();
        if (address?.GetAddressBytes() is { } bytes)
            hash.AddBytes(address.AddressFamily == AddressFamily.InterNetworkV6 ? bytes.AsSpan(0, Ipv6PrefixBytes) : bytes);
        return (int)((uint)hash.ToHashCode() % AddressBuckets);
    }

    private readonly record struct Key(Guid Account, int Address);
}
