using System.Diagnostics;

namespace Monit.Alerts.Http;

/// <summary>The endpoint's error responses: RFC 9457 problem details with a stable <c>type</c>, a <c>code</c> and the trace id.</summary>
internal static class Problems
{
    public static IResult Unauthorized(HttpContext http) =>
        Of(http, 401, "unauthorized", "The header X-Alerts-Key is missing or wrong.");

    public static IResult UnknownAlert(HttpContext http) =>
        Of(http, 404, "not_found", "There is no such alert.");

    public static IResult StoreAway(HttpContext http) =>
        Of(http, 503, "internal", "The database does not answer; the alert will be sent by the sweep.");

    public static IResult Invalid(HttpContext http, string field, string message) =>
        Of(http, 400, "validation_failed", "The request is not valid.",
            new() { [field] = [message] });

    private static IResult Of(
        HttpContext http, int status, string code, string title, Dictionary<string, string[]>? errors = null)
    {
        Dictionary<string, object?> extensions = new()
        {
            ["code"] = code,
            ["trace_id"] = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
        };
        if (errors is not null)
            extensions["errors"] = errors;
        return Results.Problem(statusCode: status, title: title, type: $"urn:monit:problem:{code}", extensions: extensions);
    }
}
