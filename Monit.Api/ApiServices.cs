using Microsoft.AspNetCore.Server.Kestrel.Core;
using Monit.Api.Auth;
using Monit.Api.Confirmation;
using Monit.Api.Http;
using Monit.Api.Incidents;
using Monit.Api.Monitors;
using Monit.Api.Users;
using Monit.Storage;
using Scalar.AspNetCore;

namespace Monit.Api;

/// <summary>The REST API, which can run alone or with other services in one process.</summary>
public static class ApiServices
{
    private const int MaxBodyBytes = 64 * 1024;

    /// <summary>Registers the API. The host must register the stores and call <c>AddMonitStorage</c> and <c>AddMonitDataProtection</c>.</summary>
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
        services.AddConfirmation();
        services.AddOpenApi(ApiDocument.Configure);
        return builder;
    }

    /// <summary>
    /// Adds the middleware for request ids, problem details, rate limits and authentication, and maps the API. Endpoints of
    /// other services in the process need no authorization unless they require it themselves.
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
        app.MapConfirmation();
        app.MapOpenApi();
        // The API reference page is served from embedded files: it loads nothing from other sites.
        app.MapScalarApiReference("/docs", page => page
            .WithTitle("Monit API").DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideClientButton().HideDeveloperTools()).AllowAnonymous();
        return app;
    }
}
