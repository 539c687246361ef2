using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
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
        services.AddSingleton<Passwords>();
        services.AddSingleton<Tokens>();
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
                rejected.HttpContext.Response.Headers.RetryAfter =
                    Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
            limits.AddPolicy(RateLimit, OfAddress);
        });
        return services;
    }

    private static RateLimitPartition<string> OfAddress(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        var permits = http.RequestServices.GetRequiredService<IOptions<AuthOptions>>().Value.RateLimitPerMinute;
        return permits == 0
            ? RateLimitPartition.GetNoLimiter(address)
            : RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = permits, Window = TimeSpan.FromMinutes(1),
            });
    }
}
