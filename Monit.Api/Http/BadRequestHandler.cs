using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace Monit.Api.Http;

/// <summary>Responds to a request that could not be parsed with an error for the invalid field.</summary>
internal sealed class BadRequestHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
            return false;
        await Problems.Invalid(Explain(bad), bad.StatusCode).ExecuteAsync(httpContext);
        return true;
    }

    private static FieldErrors Explain(BadHttpRequestException bad)
    {
        var errors = new FieldErrors();
        var field = (bad.InnerException as JsonException)?.Path?.TrimStart('$', '.') is { Length: > 0 } path ? path : "body";
        errors.Add(field, (bad.StatusCode, bad.InnerException) switch
        {
            (StatusCodes.Status415UnsupportedMediaType, _) => "must be sent as application/json",
            (StatusCodes.Status413PayloadTooLarge, _) => "is too large",
            // An inner JsonException of the reader means malformed JSON; without one, the JSON has the wrong shape.
            (_, JsonException { InnerException: JsonException }) => "is not valid JSON",
            (_, JsonException) when field == "body" => "must be a JSON object",
            (_, JsonException) => "is not a field of this request, or its value is of the wrong type or out of range",
            _ => "must be a JSON object",
        });
        return errors;
    }
}
