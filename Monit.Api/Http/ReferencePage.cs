using Scalar.AspNetCore;

namespace Monit.Api.Http;

/// <summary>The page of the API reference, from embedded files. A policy keeps the browser from asking other sites for anything.</summary>
internal static class ReferencePage
{
    private const string Path = "/docs";

    public static void MapReferencePage(this IEndpointRouteBuilder app)
    {
        // The page names its files relative to itself, so that it would redirect to a path with a slash at its end.
        var page = app.MapScalarApiReference(Path, page => page.WithTitle("Monit API").AddHeadContent($"""<base href="{Path}/">""")
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideClientButton().HideDeveloperTools());
        page.AllowAnonymous().Finally(endpoint =>
        {
            var answer = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = http =>
            {
                if (http.Request.Path == Path)
                    http.Request.Path = $"{Path}/";
                http.Response.Headers.ContentSecurityPolicy =
                    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
                return answer(http);
            };
        });
    }
}
