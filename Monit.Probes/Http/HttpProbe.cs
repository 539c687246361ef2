using System.Runtime.CompilerServices;
using Monit.Core.Checks;
using Monit.Core.Checks.Http;
using Monit.Probes.Runs;

namespace Monit.Probes.Http;

/// <summary>
/// One check: a GET that follows up to <see cref="MaxRedirects"/> redirects and reads up to <see cref="BodyCap"/> bytes of
/// the body, all within the monitor's time-out. No retries, cookies, proxy or trace headers: they would falsify the check.
/// </summary>
internal sealed class HttpProbe(IHttpEngine engine, TimeProvider time) : IProbe
{
    public const int MaxRedirects = 5;
    public const int BodyCap = 64 * 1024;

    private readonly ProbeRun.Pool _runs = new(time);

    public ICheckKind Kind => HttpKind.Instance;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Observation> RunAsync(CheckConfig spec, CancellationToken abort)
    {
        var run = _runs.Start(spec.Timeout, abort);
        var redirects = 0;
        try
        {
            for (Uri? url = null; ; redirects++)
            {
                var answer = await engine.GetAsync(spec.Url, url, spec, run);
                if (answer.IsInvalidUrl)
                    return run.Failed(FailureReason.InvalidRequest, redirects > 0 ? FailureKind.Retryable : FailureKind.Terminal);
                // The parser accepts any three digits, but HTTP has no status below 100.
                if (answer.Status < 100)
                    return run.Failed(FailureReason.NetworkError, FailureKind.Retryable);
                if (answer.Location is not null && redirects == MaxRedirects)
                    return run.Failed(FailureReason.TooManyRedirects, FailureKind.Definite, answer.Status);
                // A location that cannot be followed leaves the redirect as the answer.
                if (answer.Location is null || !TryFollow(url ?? new Uri(spec.Url), answer.Location, out url))
                    return run.Answered(answer.Status);
            }
        }
        catch (Exception failure)
        {
            if (run.Explain(failure) is not { } cause)
                throw;
            // Only the redirect's target fails permanently; the monitor's own URL may redirect elsewhere later.
            return run.Failed(cause.Reason, redirects > 0 && cause.Kind == FailureKind.Terminal ? FailureKind.Retryable : cause.Kind);
        }
        finally
        {
            _runs.End(run);
        }
    }

    private static bool TryFollow(Uri from, string location, out Uri url) =>
        Uri.TryCreate(from, location, out url!) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.Host.Length > 0;
}
