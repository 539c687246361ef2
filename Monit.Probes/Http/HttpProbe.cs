using System.Runtime.CompilerServices;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Http;
using Monit.Probes.Runs;

namespace Monit.Probes.Http;

/// <summary>
/// One check: a request that follows up to <see cref="MaxRedirects"/> redirects, within the monitor's time-out. Cookies last from
/// one redirect to the next. No retries, cookies of earlier checks, proxy or trace headers: they would falsify the check.
/// </summary>
/// <param name="plain">Sends what <see cref="PlainRequests.Includes"/>.</param>
/// <param name="full">Sends everything else.</param>
/// <param name="bodyBytes">The memory for bodies of all running checks; see <see cref="HttpOptions.BodyBytes"/>.</param>
internal sealed class HttpProbe(IHttpEngine plain, IHttpEngine full, TimeProvider time, long bodyBytes = HttpOptions.UsualBodyBytes) : IProbe
{
    public const int MaxRedirects = 10;

    /// <summary>The most bytes of a response before its body: status line and headers, of interim responses too.</summary>
    public const int HeadCap = 64 * 1024;

    /// <summary>The most bytes that are read of a body, as they come over the connection: what frames chunks counts, too.</summary>
    public const int BodyCap = 64 * 1024;

    /// <summary>The same where assertions judge the body.</summary>
    public const int JudgedBodyCap = 1024 * 1024;

    private static readonly TimeSpan UsualBodyTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TimerPrecision = TimeSpan.FromMilliseconds(100);

    private readonly ProbeRun.Pool _runs = new(time, bodyBytes);

    public ICheckKind Kind => HttpKind.Instance;

    /// <summary>
    /// For how long a body is read, unless the time-out ends first. A body that is not over then is an answer like any other:
    /// the head has come in time. A latency threshold is waited for, since only then can it be exceeded.
    /// </summary>
    public static TimeSpan BodyTime(CheckConfig spec) =>
        spec.LatencyThreshold + TimerPrecision is { } threshold && threshold > UsualBodyTime ? threshold : UsualBodyTime;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Observation> RunAsync(CheckConfig spec, bool withAnswer, CancellationToken abort)
    {
        var run = _runs.Start(spec.Timeout, abort);
        var redirects = 0;
        try
        {
            var engine = PlainRequests.Includes(spec.Settings) ? plain : full;
            var need = AnswerNeeds.Of(spec, withAnswer);
            CookieJar? cookies = null;
            for (Hop? hop = null; ;)
            {
                var answer = await engine.SendAsync(spec, hop, need, run);
                if (answer.IsInvalidUrl)
                    return run.Failed(FailureReason.InvalidRequest, redirects > 0 ? FailureKind.Retryable : FailureKind.Terminal);
                // The parser accepts any three digits, but HTTP has no status below 100.
                if (answer.Status < 100)
                    return run.Failed(FailureReason.NetworkError, FailureKind.Retryable);
                if (answer.Next is not { } next)
                    return With(answer.Answer, run.Answered(answer.Status));
                if (redirects == MaxRedirects)
                    return With(answer.Answer, run.Failed(FailureReason.TooManyRedirects, FailureKind.Definite, answer.Status));
                // What is wrong from here on is the redirect's.
                redirects++;
                var from = hop?.Url ?? new Uri(spec.Url);
                foreach (var cookie in answer.SetCookies ?? [])
                    (cookies ??= new CookieJar(time)).Store(from, cookie);
                hop = new Hop(next, cookies?.For(next), hop is not { Repeats: false } && Redirect.Repeats(answer.Status, spec.Settings.Request?.Method),
                    hop is not { IsHome: false } && Redirect.IsSameOrigin(from, next));
            }
        }
        catch (Exception failure)
        {
            if (run.Explain(failure) is not { } cause)
                throw;
            // Only the redirect's target fails permanently; the monitor's own URL may redirect elsewhere later.
            return run.Failed(redirects > 0 && cause.Kind == FailureKind.Terminal ? cause with { Kind = FailureKind.Retryable } : cause);
        }
        finally
        {
            _runs.End(run);
        }
    }

    private static Observation With(Answer? answer, Observation seen) => answer is null ? seen : seen with { Answer = answer };

    /// <summary>Whether an absolute URL can be asked for.</summary>
    public static bool IsHttp(Uri url) => (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.Host.Length > 0;
}
