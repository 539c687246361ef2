using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Monit.Core.Monitors;
using Monit.Worker.Executor.Http;

namespace Monit.Worker.Executor;

/// <summary>
/// One check: GET, redirects by hand up to <see cref="MaxRedirects"/>, the body read up to <see cref="BodyCap"/>. The
/// monitor's time-out bounds all of it. No retries, cookies, proxy or trace headers: they would falsify the check.
/// </summary>
internal sealed class HttpProbe(HttpConnections connections, TimeProvider time)
{
    public const int MaxRedirects = 5;
    public const int BodyCap = 64 * 1024;

    private readonly ConcurrentBag<CancellationTokenSource> _timeouts = [];

    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled: there is no result.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ProbeResult> CheckAsync(CheckConfig config, CancellationToken abort)
    {
        if (!connections.TryParse(config.Url, out var target))
            return ProbeResult.Down(FailureReason.InvalidRequest, FailureKind.Terminal);

        var started = time.GetTimestamp();
        var timeout = _timeouts.TryTake(out var used) ? used : new CancellationTokenSource();
        timeout.CancelAfter(config.Timeout);
        var aborting = abort.UnsafeRegister(static timeout => ((CancellationTokenSource)timeout!).Cancel(), timeout);
        var redirects = 0;
        try
        {
            for (; ; redirects++)
            {
                var (status, location) = await GetAsync(target, config.ExpectedStatus, timeout.Token);
                // Any three digits pass for a status line, and there is no such status.
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
            // Where an answer points to may be gone for good, but not the monitor's own URL.
            return redirects > 0 && result.Kind == FailureKind.Terminal ? result with { Kind = FailureKind.Retryable } : result;
        }
        finally
        {
            await aborting.DisposeAsync();
            if (timeout.TryReset())
                _timeouts.Add(timeout);
            else
                timeout.Dispose();
        }
    }

    // Where the answer points to, when it is one that must be followed.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(int Status, string? Location)> GetAsync(HttpTarget target, int expected, CancellationToken ct)
    {
        var connection = connections.Take(target.Origin) ?? await connections.OpenAsync(target.Origin, ct);
        var reusable = false;
        try
        {
            while (!await connection.TryGetAsync(target, ct))
            {
                connection.Dispose();
                connection = connections.Take(target.Origin) ?? await connections.OpenAsync(target.Origin, ct);
            }
            var (status, location) = (connection.Head.Status, connection.Head.Location);
            if (status != expected && IsRedirect(status) && location is not null)
            {
                reusable = connection.Head.Length == 0 && await connection.DrainAsync(0, ct);
                return (status, location);
            }
            reusable = await connection.DrainAsync(BodyCap, ct);
            return (status, null);
        }
        finally
        {
            if (reusable)
                connections.Return(target.Origin, connection);
            else
                connection.Dispose();
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
}
