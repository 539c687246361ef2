using Microsoft.AspNetCore.Server.Kestrel.Core;
using Monit.Api.Auth;
using Monit.Api.Checks;
using Monit.Api.Confirmation;
using Monit.Api.History;
using Monit.Api.Http;
using Monit.Api.Incidents;
using Monit.Api.Monitors;
using Monit.Api.Users;
using Monit.Core.Options;
using Monit.Storage;

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
        builder.AddNetworkOptions();
        services.AddMonitJson();
        services.AddMonitProblems();
        services.AddMonitAuth();
        services.AddUsers();
        services.AddRequestLimits();
        services.AddMonitors();
        builder.AddTrials();
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
        app.UseMiddleware<NoStore>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.Use(AccountCheck.ExistsAsync);
        app.Use(JsonBodies.CheckAsync);

        var api = app.MapGroup("/api/v1").AddEndpointFilter(ValidationFilter.InvokeAsync);
        api.MapUsers();
        api.MapMonitors();
        api.MapTrials();
        api.MapIncidents();
        api.MapHistory();
        app.MapConfirmation();
        app.MapOpenApi();
        app.MapReferencePage();
        return app;
    }
}
