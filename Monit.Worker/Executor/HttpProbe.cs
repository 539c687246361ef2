using System.Buffers;
using System.Net;
using Microsoft.Extensions.Options;
using Monit.Core.Monitors;

namespace Monit.Worker.Executor;

/// <summary>
/// One check: GET, redirects by hand up to <see cref="MaxRedirects"/>, the body read up to <see cref="BodyCap"/>. The
/// monitor's time-out bounds all of it. No retries, cookies, proxy or trace headers: they would falsify the check.
/// </summary>
internal sealed class HttpProbe : IDisposable
{
    public const int MaxRedirects = 5;
    public const int BodyCap = 64 * 1024;
    private const int MaxHeaderKilobytes = 64;

    private readonly TimeProvider _time;
    private readonly bool _keepAlive;
    private readonly HttpMessageInvoker _http;

    public HttpProbe(IOptions<ExecutorOptions> options, TargetConnector connector, TimeProvider time)
    {
        _time = time;
        _keepAlive = options.Value.Connection == ConnectionMode.KeepAlive;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = connector.ConnectAsync,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            // What we did not read of a body, nobody reads.
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,
            PooledConnectionLifetime = _keepAlive ? TimeSpan.FromMinutes(10) : TimeSpan.Zero,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        });
    }

    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled: there is no result.</exception>
    public async Task<ProbeResult> CheckAsync(CheckConfig config, CancellationToken abort)
    {
        if (!TryParse(config.Url, out var url))
            return ProbeResult.Down(FailureReason.InvalidRequest, FailureKind.Terminal);

        var started = _time.GetTimestamp();
        using var timeout = new CancellationTokenSource(config.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        var redirects = 0;
        try
        {
            for (; ; redirects++)
            {
                using var response = await SendAsync(url, either.Token);
                var status = (int)response.StatusCode;
                // HttpClient takes any three digits, and there is no such status.
                if (status < 100)
                    return ProbeResult.Down(FailureReason.NetworkError, FailureKind.Retryable);
                if (status != config.ExpectedStatus && IsRedirect(status) && response.Headers.Location is { } location)
                {
                    if (redirects == MaxRedirects)
                        return ProbeResult.Down(FailureReason.TooManyRedirects, FailureKind.Definite, status, _time.GetElapsedTime(started));
                    if (!Uri.TryCreate(url, location, out url!) || !IsHttp(url))
                        return ProbeResult.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, status, _time.GetElapsedTime(started));
                    continue;
                }
                await DrainAsync(response.Content, either.Token);
                return Judge(config, status, _time.GetElapsedTime(started));
            }
        }
        catch (Exception failure)
        {
            abort.ThrowIfCancellationRequested();
            if (timeout.IsCancellationRequested)
                return ProbeResult.Down(FailureReason.Timeout, FailureKind.Retryable);
            var result = FailureClassifier.Classify(failure);
            // Where an answer points to may be gone for good, but not the monitor's own URL.
            return redirects > 0 && result.Kind == FailureKind.Terminal ? result with { Kind = FailureKind.Retryable } : result;
        }
    }

    public void Dispose() => _http.Dispose();

    private static ProbeResult Judge(CheckConfig config, int status, TimeSpan latency)
    {
        if (status != config.ExpectedStatus)
            return ProbeResult.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, status, latency);
        return latency > config.LatencyThreshold
            ? ProbeResult.Down(FailureReason.LatencyExceeded, FailureKind.Definite, status, latency)
            : ProbeResult.Up(status, latency);
    }

    private async Task<HttpResponseMessage> SendAsync(Uri url, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Options.Set(TargetConnector.CheckKey, ct);
        request.Headers.TryAddWithoutValidation("User-Agent", "Monit/1.0 (uptime check)");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        request.Headers.ConnectionClose = !_keepAlive;
        return await _http.SendAsync(request, ct);
    }

    private static async Task DrainAsync(HttpContent content, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            await using var body = await content.ReadAsStreamAsync(ct);
            for (int total = 0, read = 1; read > 0 && total < BodyCap; total += read)
                read = await body.ReadAsync(buffer, ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool TryParse(string text, out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url!) && IsHttp(url) && url.Host.Length > 0;

    private static bool IsHttp(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;

    private static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;
}
