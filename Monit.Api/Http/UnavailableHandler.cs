using Microsoft.AspNetCore.Diagnostics;
using Monit.Storage.Resilience;

namespace Monit.Api.Http;

/// <summary>Answers 503 while a store does not answer or refuses for now, or Monit lacks what it needs; what was asked may be asked again.</summary>
internal sealed partial class UnavailableHandler(ILogger<UnavailableHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSec = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var said = exception as UnavailableException;
        if (said is null && !StoreResilience.IsStoreFailure(exception))
            return false;
        LogUnavailable(logger, exception.GetBaseException().Message);
        httpContext.Response.Headers.RetryAfter = RetryAfterSec;
        await Problems.Of(StatusCodes.Status503ServiceUnavailable, said?.Message ?? "A store is unavailable or busy. Try again later.").ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(1, LogLevel.Warning, "Answering 503: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);
}
