using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Monit.Api.Http;

/// <summary>
/// Refuses bodies that do not say that they are JSON in UTF-8, the only encoding that JSON has (RFC 8259). The framework would
/// decode some other encodings, and throw for names of none.
/// </summary>
internal static class JsonBodies
{
    private const string Json = "application/json";

    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is null || http.Request.ContentType is not { } type)
            return next(http);
        if (!IsJson(type))
            return Problems.UnsupportedMediaType().ExecuteAsync(http);
        // The framework does not know UTF-8 in quotes.
        http.Request.ContentType = Json;
        return next(http);
    }

    private static bool IsJson(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        && type.Parameters.Where(p => p.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
            .All(p => HeaderUtilities.RemoveQuotes(p.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
