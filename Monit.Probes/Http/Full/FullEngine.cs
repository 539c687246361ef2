using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Monit.Core;
using Monit.Core.Checks;
using Monit.Core.Checks.Http;
using Monit.Probes.Network;
using Monit.Probes.Runs;

namespace Monit.Probes.Http.Full;

/// <summary>
/// .NET's own HTTP client, with the connections, and so the guard, of <see cref="TargetConnector"/>. It follows, decodes,
/// remembers and reports nothing by itself. It never continues on the thread that serves the sockets of all checks.
/// </summary>
internal sealed class FullEngine : IHttpEngine
{
    // As in the fast engine.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);
    private const int BufferSize = 16 * 1024;

    private static readonly HttpRequestOptionsKey<Opening> OpeningKey = new("monit.opening");

    private readonly TargetConnector _connector;
    private readonly TimeProvider _time;
    private readonly bool _keepAlive;
    private readonly HttpMessageInvoker _client;

    public FullEngine(IOptions<ProbeOptions> options, TargetConnector connector, TimeProvider time)
    {
        (_connector, _time, _keepAlive) = (connector, time, options.Value.Connection == ConnectionMode.KeepAlive);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MeterFactory = new NoMeters(),
            PooledConnectionIdleTimeout = MaxIdle,
            PooledConnectionLifetime = _keepAlive ? MaxAge : TimeSpan.Zero,
            // It bounds heads and bodies. A head that it has cleaned may be longer than it was.
            PlaintextStreamFilter = (context, _) => new(new ResponseStream(context.PlaintextStream)),
            MaxResponseHeadersLength = 2 * HttpProbe.HeadCap / 1024,
            // A connection whose response was not read to its end is closed.
            MaxResponseDrainSize = 0,
            // Bytes as they are.
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        });
    }

    public async ValueTask<HttpAnswer> GetAsync(string url, Uri? redirected, string? cookies, CheckConfig spec, ProbeRun run)
    {
        if ((redirected is null && !Uri.TryCreate(url, UriKind.Absolute, out redirected)) || !HttpUrl.CanBeAsked(redirected))
            return HttpAnswer.InvalidUrl;
        using var opening = new Opening(new PhaseClock(_time), ownsConnection: !_keepAlive, run.Token);
        using var request = Request(redirected, cookies, opening);
        run.Clock.Enter(Phase.None);
        using var response = await SendAsync(request, opening, run);
        var status = (int)response.StatusCode;
        var location = HttpAnswer.IsRedirect(status, spec) ? LocationOf(response) : null;
        if (location is null)
            await DrainAsync(response, spec, run);
        return new HttpAnswer(status, location, location is null ? null : [.. ValuesOf(response, "Set-Cookie").Take(CookieJar.MaxCookies)]);
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(Uri url, string? cookies, Opening opening)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = HttpVersion.Version11 };
        request.Options.Set(OpeningKey, opening);
        request.Headers.TryAddWithoutValidation("User-Agent", Product.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        if (cookies is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
        if (!_keepAlive)
            request.Headers.ConnectionClose = true;
        return request;
    }

    private async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, Opening opening, ProbeRun run)
    {
        try
        {
            var response = await _client.SendAsync(request, run.Token);
            // .NET's client shows an answer only when its head is complete.
            run.Clock.Split(opening.Clock, Phase.FirstByte, Phase.Transfer);
            return response;
        }
        catch
        {
            run.Clock.Split(opening.Clock, opening.IsPending ? Phase.None : Phase.FirstByte, Phase.None);
            throw;
        }
    }

    // Called for a request without an idle connection. With keep-alive the client may hand the new connection to another
    // request to the same origin, if that has waited longer.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        context.InitialRequestMessage.Options.TryGetValue(OpeningKey, out var opening);
        var secure = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps;
        opening!.Begin();
        // The check's own time limit: the client's would let an attempt outlive its check by seconds.
        var stream = (await _connector.OpenAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, secure ? ConnectionPlan.Secure : ConnectionPlan.Plain, inline: false, opening.Clock, opening.Token)).Stream;
        opening.End(stream);
        return stream;
    }

    private static string? LocationOf(HttpResponseMessage response) => ValuesOf(response, "Location").FirstOrDefault(value => value.Length > 0);

    private static HeaderStringValues ValuesOf(HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) ? values : default;

    // As in the fast engine.
    private static async ValueTask DrainAsync(HttpResponseMessage response, CheckConfig spec, ProbeRun run)
    {
        run.Limit(HttpProbe.BodyTime(spec));
        // Not returned after a failure: a cancelled read may still write into it.
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var body = await response.Content.ReadAsStreamAsync(run.Token);
            for (int left = HttpProbe.BodyCap, read = -1; left > 0 && read != 0; left -= read)
                read = await body.ReadAsync(buffer.AsMemory(0, Math.Min(left, BufferSize)), run.Token);
        }
        catch (BodyCapException)
        {
            // It is as good as read.
        }
        catch (OperationCanceledException) when (run.HasTimedOut)
        {
            return;
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>
    /// The opening of a connection for one request, which ends with the request. So does the connection, unless it may be kept:
    /// the client forgets one that is there just after the request has timed out, and leaves it open.
    /// </summary>
    private sealed class Opening : IDisposable
    {
        private readonly CancellationTokenSource _end;
        private readonly bool _ownsConnection;
        private volatile bool _pending;
        private volatile Stream? _connection;

        public Opening(PhaseClock clock, bool ownsConnection, CancellationToken ct)
        {
            _ownsConnection = ownsConnection;
            _end = CancellationTokenSource.CreateLinkedTokenSource(ct);
            (Clock, Token) = (clock, _end.Token);
        }

        public PhaseClock Clock { get; }
        public CancellationToken Token { get; }
        /// <summary>Whether it has begun and not succeeded.</summary>
        public bool IsPending => _pending;

        public void Begin()
        {
            _pending = true;
            Clock.Start();
        }

        public void End(Stream connection)
        {
            Clock.Enter(Phase.None);
            _connection = connection;
            _pending = false;
            // Either this or Dispose sees what the other has done.
            Interlocked.MemoryBarrier();
            if (Token.IsCancellationRequested && _ownsConnection)
                connection.Dispose();
        }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
            Interlocked.MemoryBarrier();
            if (_ownsConnection)
                _connection?.Dispose();
        }
    }
}
