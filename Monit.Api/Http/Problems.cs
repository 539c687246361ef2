using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Monit.Api.Http;

/// <summary>All error responses: RFC 9457 problem details with a stable, machine-readable <c>code</c>.</summary>
public static class Problems
{
    public static ProblemHttpResult NotFound() => Of(StatusCodes.Status404NotFound, "There is no such resource.");

    public static ProblemHttpResult Conflict(string detail) => Of(StatusCodes.Status409Conflict, detail);

    public static ProblemHttpResult UnsupportedMediaType() =>
        Of(StatusCodes.Status415UnsupportedMediaType, "The body must be sent as application/json, in UTF-8.");

    public static ProblemHttpResult Unauthorized(string detail) => Of(StatusCodes.Status401Unauthorized, detail);

    public static ProblemHttpResult QuotaExceeded(string detail) =>
        Of(StatusCodes.Status403Forbidden, detail, ("code", "quota_exceeded"));

    public static ProblemHttpResult Forbidden(string detail) => Of(StatusCodes.Status403Forbidden, detail);

    /// <summary>Too many requests, or no room for this one.</summary>
    public static ProblemHttpResult RetryLater(HttpContext http, int status, TimeSpan wait, string detail)
    {
        http.Response.RetryAfter(wait);
        return Of(status, detail);
    }

    /// <summary>Sets the header <c>Retry-After</c>, in whole seconds, at least one.</summary>
    public static void RetryAfter(this HttpResponse response, TimeSpan wait) =>
        response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    public static ProblemHttpResult Invalid(FieldErrors errors, int status = StatusCodes.Status400BadRequest) =>
        Of(status, string.Join(' ', errors.Values.SelectMany(m => m)), ("errors", errors));

    public static ProblemHttpResult Of(int status, string detail, params (string Key, object? Value)[] extensions) =>
        TypedResults.Problem(detail, statusCode: status, extensions: extensions.ToDictionary(e => e.Key, e => e.Value));

    /// <summary>Every code that an answer can have.</summary>
    public static IReadOnlyList<string> Codes { get; } =
    [
        "validation_failed", "unauthorized", "forbidden", "quota_exceeded", "not_found", "method_not_allowed", "conflict", "precondition_failed",
        "payload_too_large", "unsupported_media_type", "rate_limited", "unavailable", "internal",
    ];

    /// <summary>Adds the common fields to all problems, including those of the framework.</summary>
    public static IServiceCollection AddMonitProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<BadRequestHandler>();
        services.AddExceptionHandler<UnavailableHandler>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        return services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            var status = problem.Status ??= context.HttpContext.Response.StatusCode;
            var code = problem.Extensions.TryGetValue("code", out var given) ? given : CodeOf(status);
            problem.Type = $"urn:monit:problem:{code}";
            problem.Extensions["code"] = code;
            problem.Extensions.Remove("traceId");
            problem.Extensions["trace_id"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
        });
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status409Conflict => "conflict",
        StatusCodes.Status412PreconditionFailed => "precondition_failed",
        StatusCodes.Status413PayloadTooLarge => "payload_too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        StatusCodes.Status429TooManyRequests => "rate_limited",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        >= 400 and < 500 => "validation_failed",
        _ => "internal",
    };
}
