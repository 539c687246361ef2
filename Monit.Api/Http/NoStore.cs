namespace Monit.Api.Http;

/// <summary>Keeps every answer of the API out of caches: they hold tokens, and what belongs to one account.</summary>
internal sealed class NoStore(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
            http.Response.OnStarting(static response =>
            {
                ((HttpResponse)response).Headers.CacheControl = "no-store";
                return Task.CompletedTask;
            }, http.Response);
        return next(http);
    }
}
