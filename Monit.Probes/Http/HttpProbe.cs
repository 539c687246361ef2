using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Monit.Core.Checks;
using Monit.Probes.Http.Fast;
using Monit.Probes.Network;

namespace Monit.Probes.Http;

/// <summary>
/// One check: a GET that follows up to <see cref="MaxRedirects"/> redirects and reads up to <see cref="BodyCap"/> bytes of
/// the body, all within the monitor's time-out. No retries, cookies, proxy or trace headers: they would falsify the check.
/// </summary>
internal sealed class HttpProbe(HttpConnections connections, TimeProvider time)
{
    public const int MaxRedirects = 5;
    public const int BodyCap = 64 * 1024;

    private readonly ConcurrentQueue<TimeLimit> _limits = [];

    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled; there is no result.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ProbeResult> CheckAsync(CheckConfig config, CancellationToken abort)
    {
        if (!connections.TryParse(config.Url, out var target))
            return ProbeResult.Down(FailureReason.InvalidRequest, FailureKind.Terminal);

        var started = time.GetTimestamp();
        var timeout = _limits.TryDequeue(out var used) && used.Abort == abort ? used : new TimeLimit(abort);
        timeout.CancelAfter(config.Timeout);
        var redirects = 0;
        HttpConnection? connection = null;
        try
        {
            for (; ; redirects++)
            {
                do
                {
                    connection?.Dispose();
                    connection = connections.Take(target.Origin) ?? await connections.OpenAsync(target.Origin, timeout.Token);
                }
                while (!await connection.TryGetAsync(target, timeout.Token));
                var (status, length) = (connection.Head.Status, connection.Head.Length);
                var location = status != config.ExpectedStatus && IsRedirect(status) ? connection.Head.Location : null;
                // A redirect's body is not read: the connection is reused only if there is none.
                if (location is null ? await connection.DrainAsync(BodyCap, timeout.Token) : length == 0 && await connection.DrainAsync(0, timeout.Token))
                    connections.Return(target.Origin, connection);
                else
                    connection.Dispose();
                connection = null;
                // The parser accepts any three digits, but HTTP has no status below 100.
                if (status < 100)
                    return ProbeResult.Down(FailureReason.NetworkError, FailureKind.Retryable);
                if (location is null)
                    return Judge(config, status, time.GetElapsedTime(started));
                if (redirects == MaxRedirects)
                    return ProbeResult.Down(FailureReason.TooManyRedirects, FailureKind.Definite, status, time.GetElapsedTime(started));
                if (!target.TryResolve(location, out var url) || !connections.TryParse(url, out target))
                    return ProbeResult.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, status, time.GetElapsedTime(started));
            }
        }
        catch (Exception failure)
        {
            abort.ThrowIfCancellationRequested();
            if (timeout.IsCancellationRequested)
                return ProbeResult.Down(FailureReason.Timeout, FailureKind.Retryable);
            if (FailureClassifier.Classify(failure) is not { } result)
                throw;
            // Only the redirect's target fails permanently; the monitor's own URL may redirect elsewhere later.
            return redirects > 0 && result.Kind == FailureKind.Terminal ? result with { Kind = FailureKind.Retryable } : result;
        }
        finally
        {
            connection?.Dispose();
            if (timeout.TryReset())
                _limits.Enqueue(timeout);
            else
                timeout.Dispose();
        }
    }

    private static ProbeResult Judge(CheckConfig config, int status, TimeSpan latency)
    {
        if (status != config.ExpectedStatus)
            return ProbeResult.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, status, latency);
        return latency > config.LatencyThreshold
            ? ProbeResult.Down(FailureReason.LatencyExceeded, FailureKind.Definite, status, latency)
            : ProbeResult.Up(status, latency);
    }

    private static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    // Reused for many checks, which saves a registration with the abort token for each.
    private sealed class TimeLimit : CancellationTokenSource
    {
        private readonly CancellationTokenRegistration _aborting;

        public TimeLimit(CancellationToken abort)
        {
            Abort = abort;
            _aborting = abort.UnsafeRegister(static limit => ((TimeLimit)limit!).Cancel(), this);
        }

        public CancellationToken Abort { get; }

        protected override void Dispose(bool disposing)
        {
            _aborting.Dispose();
            base.Dispose(disposing);
        }
    }
}
