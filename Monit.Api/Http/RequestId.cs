using System.Text.RegularExpressions;

namespace Monit.Api.Http;

/// <summary>Assigns an id to every request, the client's own if it is valid; it is in <c>X-Request-Id</c> and in all log messages.</summary>
internal sealed partial class RequestId(RequestDelegate next, TimeProvider time, ILogger<RequestId> logger)
{
    public const string Header = "X-Request-Id";

    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("request_id:{RequestId}");

    public async Task InvokeAsync(HttpContext http)
    {
        var id = http.Request.Headers[Header].ToString() is var given && Valid().IsMatch(given)
            ? given : $"{Guid.CreateVersion7(time.GetUtcNow()):N}";
        http.TraceIdentifier = id;
        // In OnStarting, because the exception handler clears headers that were set before.
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = id;
            return Task.CompletedTask;
        });
        using (Scope(logger, id))
            await next(http);
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex Valid();
}
