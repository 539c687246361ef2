using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;

namespace Monit.Api.Http;

/// <summary>Responds to a request that could not be parsed with an error for the invalid field.</summary>
internal sealed partial class BadRequestHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
            return false;
        var answer = bad.StatusCode == StatusCodes.Status415UnsupportedMediaType
            ? Problems.UnsupportedMediaType() : Problems.Invalid(Explain(bad), bad.StatusCode);
        await answer.ExecuteAsync(httpContext);
        return true;
    }

    private static FieldErrors Explain(BadHttpRequestException bad)
    {
        var errors = new FieldErrors();
        var field = FieldOf(bad.InnerException as JsonException) is { Length: > 0 } path ? path : "body";
        errors.Add(field, (bad.StatusCode, bad.InnerException) switch
        {
            (StatusCodes.Status413PayloadTooLarge, _) => "is too large",
            // An inner JsonException of the reader means malformed JSON; without one, the JSON has the wrong shape.
            (_, JsonException { InnerException: JsonException }) => "is not valid JSON",
            (_, JsonException twice) when twice.Message.StartsWith("Duplicate property", StringComparison.Ordinal) => "must be given once",
            (_, JsonException) when field == "body" => "must be a JSON object",
            (_, JsonException) => "is not a field of this request, or its value is of the wrong type or out of range",
            _ => "must be a JSON object",
        });
        return errors;
    }

    // $.assertions[2].op, and $['a name'] for names that are no identifiers.
    private static string? FieldOf(JsonException? invalid) =>
        invalid?.Path is { } path ? QuotedName().Replace(path, ".$1").TrimStart('$', '.') : null;

    [GeneratedRegex(@"\['(.*?)'\](?=$|[.\[])", RegexOptions.Singleline)]
    private static partial Regex QuotedName();
}
