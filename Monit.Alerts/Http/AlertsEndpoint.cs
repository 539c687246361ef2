using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Monit.Alerts.Contract;
using Monit.Alerts.Delivery;
using Monit.Core.Options;
using Monit.Storage.Resilience;

namespace Monit.Alerts.Http;

internal static class AlertsEndpoint
{
    private const int MaxBodyBytes = 4096;

    public static IHostApplicationBuilder AddAlertsEndpoint(this IHostApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<AccessOptions>("Alerts");
        return builder;
    }

    /// <summary>Maps <see cref="IAlertsApi"/>; requests must carry <c>Alerts:Key</c>.</summary>
    /// <exception cref="OptionsValidationException"><c>Alerts:Key</c> is missing or too short.</exception>
    public static IEndpointRouteBuilder MapAlertsEndpoint(this IEndpointRouteBuilder app)
    {
        var key = Digest(app.ServiceProvider.GetRequiredService<IOptions<AccessOptions>>().Value.Key);
        app.MapPost("/api/v1/alerts", (HttpContext http, AlertIntake intake) => SendAsync(http, intake, key))
            // Between services only: in Standalone it would stand in the users' OpenAPI document.
            .ExcludeFromDescription()
            .AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));
        return app;
    }

    // The body is read here instead of bound, so that it is not parsed before the key is checked.
    private static async Task<IResult> SendAsync(HttpContext http, AlertIntake intake, byte[] key)
    {
        if (!CryptographicOperations.FixedTimeEquals(Digest(http.Request.Headers[IAlertsApi.KeyHeader].ToString()), key))
            return Problems.Unauthorized(http);
        try
        {
            if (await ReadAsync(http.Request) is not { AlertId: var id } || id == Guid.Empty)
                return Problems.Invalid(http, "alert_id", "An alert's UUID is required.");
            return await intake.AcceptAsync(id, http.RequestAborted) is { } accepted
                ? Results.Json(accepted, statusCode: StatusCodes.Status202Accepted)
                : Problems.UnknownAlert(http);
        }
        catch (Exception failure) when (failure is JsonException or BadHttpRequestException)
        {
            return Problems.Invalid(http, "body", """The body must be JSON: {"alert_id": "<uuid>"}.""");
        }
        catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
        {
            return Problems.StoreAway(http);
        }
    }

    private static async Task<SendAlert?> ReadAsync(HttpRequest request) => request.HasJsonContentType()
        ? await request.ReadFromJsonAsync<SendAlert>(request.HttpContext.RequestAborted)
        : throw new JsonException("Not JSON by its content type.");

    // Digests have a fixed length, so the comparison does not reveal the key's length.
    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
