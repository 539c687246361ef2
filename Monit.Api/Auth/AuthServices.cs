using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Monit.Api.Http;
using Monit.Core.Options;
using Monit.Storage.Schedule;

namespace Monit.Api.Auth;

internal static class AuthServices
{
    /// <summary>The rate-limiting policy of the anonymous endpoints: log-in and registration.</summary>
    public const string RateLimit = "auth";

    public static IServiceCollection AddMonitAuth(this IServiceCollection services)
    {
        services.AddValidatedOptions<AuthOptions>("Auth");
        services.TryAddSingleton<Passwords>();
        services.AddSingleton<Guesses>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<SetupToken>();
        services.AddHostedService<SetupNotice>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<Tokens>((jwt, tokens) =>
        {
            jwt.MapInboundClaims = false;
            jwt.TokenValidationParameters = tokens.Validation;
            jwt.Events = new JwtBearerEvents { OnTokenValidated = AccountCheck.NamesAccountAsync };
        });
        services.AddAuthorization();
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
                rejected.HttpContext.Response.RetryAfter(wait);
                return ValueTask.CompletedTask;
            };
            limits.AddPolicy(RateLimit, OfAddress);
        });
        return services;
    }

    private static RateLimitPartition<string> OfAddress(HttpContext http)
    {
        var address = ClientNetwork.Of(http.Connection.RemoteIpAddress);
        var permits = http.RequestServices.GetRequiredService<IOptions<AuthOptions>>().Value.RateLimitPerMinute;
        return permits == 0
            ? RateLimitPartition.GetNoLimiter(address)
            : RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = permits, Window = TimeSpan.FromMinutes(1),
            });
    }
}
