using System.Net;
using System.Net.Security;
using System.Text;
using Monit.Core.Checks.Answers;
using Monit.Probes.Network;
using Monit.Probes.Network.Tls;
using Monit.Probes.Runs;

namespace Monit.Probes.Http.Full;

/// <summary>
/// .NET's own HTTP client for one connection at a time, and for one check at a time: so no check waits for another's, gets a
/// connection made with other settings, or ends with one that is another's. It follows, decodes, remembers and reports
/// nothing by itself.
/// </summary>
internal sealed class FullClient : IDisposable
{
    private static readonly NoMeters Meters = new();

    private readonly ClientKey _key;
    private readonly bool _isOnlyOnce;
    private readonly TargetConnector _connector;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _client;
    private Opening? _opening;
    private Peer? _peer;
    private IResponseSource? _source;

    /// <param name="isOnlyOnce">Whether it is for one request only, which must not be sent twice.</param>
    public FullClient(ClientKey key, bool isOnlyOnce, TargetConnector connector, TimeProvider time)
    {
        (_key, _isOnlyOnce, _connector, _time, Opened, Used) = (key, isOnlyOnce, connector, time, time.GetTimestamp(), time.GetTimestamp());
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MeterFactory = Meters,
            // How long connections are kept is for the engine to say.
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            MaxConnectionsPerServer = 1,
            // It bounds heads and bodies. A head that it has cleaned may be longer than it was.
            PlaintextStreamFilter = Filter,
            MaxResponseHeadersLength = 2 * HttpProbe.HeadCap / 1024,
            // A connection whose response was not read to its end is closed.
            MaxResponseDrainSize = 0,
            // Bytes as they are.
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        });
    }

    public ClientKey Key => _key;

    /// <summary>The monotonic timestamp at which it was made.</summary>
    public long Opened { get; }
    /// <summary>The monotonic timestamp at which it was last used.</summary>
    public long Used { get; set; }

    /// <summary>Whether its connection is open, as far as is known.</summary>
    public bool IsOpen => _source?.IsOpen == true;

    /// <summary>Whether a request failed on a connection of an earlier one, and nothing came: the target may have closed it meanwhile.</summary>
    public bool WasStale { get; private set; }

    public async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, int bodyCap, ProbeRun run)
    {
        using var opening = new Opening(new PhaseClock(_time), bodyCap, run.Token);
        _opening = opening;
        _source?.Begin(bodyCap);
        run.Clock.Enter(Phase.None);
        var rest = Phase.FirstByte;
        try
        {
            var response = await _client.SendAsync(request, run.Token);
            // .NET's client shows an answer only when its head is complete.
            run.Clock.Split(opening.Clock, rest, Phase.Transfer);
            return response;
        }
        catch
        {
            rest = opening.IsPending ? Phase.None : rest;
            run.Clock.Split(opening.Clock, rest, Phase.None);
            WasStale = !opening.HasBegun && _source is { IsUntouched: true };
            throw;
        }
        finally
        {
            // A connection that was there already has been met before.
            if (opening.HasBegun)
                _peer = opening.Clock.Peer;
            run.Clock.Peer = _peer ?? run.Clock.Peer;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        // The client forgets a connection that is there just after a request has timed out.
        _opening?.Close();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var opening = _opening!;
        if (opening.HasBegun && _isOnlyOnce)
            throw new IOException("The connection was closed before an answer, and the request is not sent again as it is not safe.");
        opening.Begin();
        // The check's own time limit: the client's would let an attempt outlive its check by seconds.
        var stream = (await _connector.OpenAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, _key.Plan, inline: false, opening.Clock, opening.Token)).Stream;
        if (_key.IsHttp2Only && stream is SslStream { NegotiatedApplicationProtocol: var protocol } && protocol != SslApplicationProtocol.Http2)
        {
            await stream.DisposeAsync();
            throw new TlsException("the server does not offer HTTP/2 (ALPN)");
        }
        opening.End(stream);
        return stream;
    }

    private ValueTask<Stream> Filter(SocketsHttpPlaintextStreamFilterContext context, CancellationToken ct)
    {
        Stream stream = context.NegotiatedHttpVersion.Major >= 2 ? new Http2Stream(context.PlaintextStream, _isOnlyOnce) : new ResponseStream(context.PlaintextStream);
        _source = (IResponseSource)stream;
        _source.Begin(_opening!.BodyCap);
        return new(stream);
    }

    /// <summary>The opening of a connection for one request, which ends with the request.</summary>
    private sealed class Opening : IDisposable
    {
        private readonly CancellationTokenSource _end;
        private volatile bool _pending;
        private volatile bool _begun;
        private volatile bool _closed;
        private volatile Stream? _connection;

        public Opening(PhaseClock clock, int bodyCap, CancellationToken ct)
        {
            _end = CancellationTokenSource.CreateLinkedTokenSource(ct);
            (Clock, BodyCap, Token) = (clock, bodyCap, _end.Token);
        }

        public PhaseClock Clock { get; }
        public int BodyCap { get; }
        public CancellationToken Token { get; }
        public bool HasBegun => _begun;
        /// <summary>Whether it has begun and not succeeded.</summary>
        public bool IsPending => _pending;

        public void Begin()
        {
            (_begun, _pending) = (true, true);
            Clock.Start();
        }

        public void End(Stream connection)
        {
            Clock.Enter(Phase.None);
            _connection = connection;
            _pending = false;
            // Either this or Close sees what the other has done.
            Interlocked.MemoryBarrier();
            if (_closed)
                connection.Dispose();
        }

        /// <summary>Closes its connection, even one that comes now.</summary>
        public void Close()
        {
            _closed = true;
            Interlocked.MemoryBarrier();
            _connection?.Dispose();
        }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
        }
    }
}
