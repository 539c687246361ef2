using System.Text.RegularExpressions;

namespace Monit.Api.Http;

/// <summary>Gives every request an id, the caller's own if it is sane: in <c>X-Request-Id</c> and on every log line.</summary>
internal sealed partial class RequestId(RequestDelegate next, TimeProvider time, ILogger<RequestId> logger)
{
    public const string Header = "X-Request-Id";

    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("request_id:{RequestId}");

    public async Task InvokeAsync(HttpContext http)
    {
        var id = http.Request.Headers[Header].ToString() is var given && Sane().IsMatch(given)
            ? given : $"{Guid.CreateVersion7(time.GetUtcNow()):N}";
        http.TraceIdentifier = id;
        // At the last moment: the exception handler clears headers that are set before.
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = id;
            return Task.CompletedTask;
        });
        using (Scope(logger, id))
            await next(http);
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex Sane();
}
