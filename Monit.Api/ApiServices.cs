using Microsoft.AspNetCore.Server.Kestrel.Core;
using Monit.Api.Auth;
using Monit.Api.Http;
using Monit.Api.Incidents;
using Monit.Api.Monitors;
using Monit.Api.Users;
using Scalar.AspNetCore;

namespace Monit.Api;

/// <summary>The REST API, to run alone or beside other services in one process.</summary>
public static class ApiServices
{
    private const int MaxBodyBytes = 64 * 1024;

    /// <summary>Registers the API. The stores and <c>AddMonitCore</c> are the host's.</summary>
    public static IHostApplicationBuilder AddMonitApi(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        services.AddMonitJson();
        services.AddMonitProblems();
        services.AddMonitAuth();
        services.AddMonitors();
        services.AddOpenApi(ApiDocument.Configure);
        return builder;
    }

    /// <summary>
    /// Puts request ids, problem details, rate limits and authentication in front of every endpoint, and maps the API.
    /// Endpoints of other services stay open unless they ask for authorization themselves.
    /// </summary>
    public static WebApplication MapMonitApi(this WebApplication app)
    {
        app.UseMiddleware<RequestId>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();

        var api = app.MapGroup("/api/v1").AddEndpointFilter(ValidationFilter.InvokeAsync);
        api.MapUsers();
        api.MapMonitors();
        api.MapIncidents();
        app.MapOpenApi();
        // A page for the document, of files that the service has itself: nothing is fetched from elsewhere.
        app.MapScalarApiReference("/docs", page => page
            .WithTitle("Monit API").DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideClientButton().HideDeveloperTools()).AllowAnonymous();
        return app;
    }
}
