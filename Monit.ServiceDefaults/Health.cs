using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Monit.ServiceDefaults;

/// <summary>Who is ready, and who answers.</summary>
internal static class Health
{
    private const string Live = "live";
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [Live]);
        // A store that swallows packets must not keep whoever asks for our health waiting.
        services.PostConfigure<HealthCheckServiceOptions>(health =>
        {
            foreach (var check in health.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
                check.Timeout = CheckTimeout;
        });
        return services.AddSingleton<Readiness>();
    }

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health", async (HttpContext http, Readiness readiness) => Answer(http, await readiness.ReportAsync()))
            .AllowAnonymous().ExcludeFromDescription();
        app.MapHealthChecks("/alive", new() { Predicate = check => check.Tags.Contains(Live) }).AllowAnonymous();
    }

    /// <summary>One word; from this machine, <c>?details</c> adds a line for each check.</summary>
    private static IResult Answer(HttpContext http, HealthReport report)
    {
        http.Response.Headers.CacheControl = "no-store";
        var text = report.Status.ToString();
        if (http.Request.Query.ContainsKey("details") && IsLocal(http))
            text = string.Join('\n', report.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => $"{entry.Key}: {entry.Value.Status} {entry.Value.Description ?? entry.Value.Exception?.Message}".TrimEnd())
                .Prepend(text));
        return Results.Text(text, statusCode: report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    // A proxy on this machine asks on behalf of somebody else.
    private static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded")
        // Where a trusted proxy said who asks.
        && !http.Request.Headers.ContainsKey("X-Original-For");

    /// <summary>
    /// Runs the checks at most once a second, however many ask: the address is open to everyone. A caller that hangs up
    /// aborts nothing.
    /// </summary>
    private sealed class Readiness(HealthCheckService checks, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(1);
        private readonly Lock _lock = new();
        private Task<HealthReport>? _report;
        private long _asked;

        public Task<HealthReport> ReportAsync()
        {
            lock (_lock)
            {
                if (_report is null || (_report.IsCompleted && (_report.IsFaulted || time.GetElapsedTime(_asked) >= Ttl)))
                {
                    _asked = time.GetTimestamp();
                    _report = checks.CheckHealthAsync(lifetime.ApplicationStopping);
                }
                return _report;
            }
        }
    }
}
