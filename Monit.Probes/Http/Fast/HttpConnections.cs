using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Monit.Core.Checks.Http;
using Monit.Probes.Network;
using Monit.Probes.Runs;

namespace Monit.Probes.Http.Fast;

/// <summary>
/// Connections to targets. With keep-alive they are pooled by origin: at most one minute idle and ten minutes old, and no
/// more idle connections than concurrent checks.
/// </summary>
internal sealed class HttpConnections : IDisposable
{
    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    private static readonly SearchValues<char> Plain = SearchValues.Create("/-._~?=&abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    private readonly Lock _lock = new();
    // Origins with idle connections, by the scheme, host and port as URLs begin with them.
    private readonly Dictionary<string, Origin> _origins = [];
    private readonly Dictionary<string, Origin>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly TargetConnector _connector;
    private readonly TimeProvider _time;
    private readonly bool _keepAlive;
    private readonly int _limit;
    private readonly ITimer? _sweep;
    private int _idleCount;

    public HttpConnections(IOptions<ProbeOptions> options, TargetConnector connector, TimeProvider time)
    {
        (_connector, _time, _limit) = (connector, time, options.Value.HttpSemaphoreCount);
        _byText = _origins.GetAlternateLookup<ReadOnlySpan<char>>();
        _keepAlive = options.Value.Connection == ConnectionMode.KeepAlive;
        if (_keepAlive)
            _sweep = time.CreateTimer(_ => Sweep(), null, MaxIdle / 4, MaxIdle / 4);
    }

    /// <summary>Parses a URL into origin and path; false unless it is an absolute http or https URL.</summary>
    public bool TryParse(string text, out HttpTarget target)
    {
        if (_keepAlive && TryFind(text, out target))
            return true;
        target = default;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && TryParse(url, out target);
    }

    /// <inheritdoc cref="TryParse(string, out HttpTarget)"/>
    public bool TryParse(Uri url, out HttpTarget target)
    {
        var isHttp = HttpUrl.CanBeAsked(url);
        target = isHttp ? new HttpTarget(new Origin(url, _keepAlive), url.PathAndQuery.AsMemory()) : default;
        return isHttp;
    }

    /// <summary>Takes an idle connection from the pool; null if there is none within the idle limit.</summary>
    public HttpConnection? Take(Origin origin)
    {
        while (_keepAlive && TryPop(origin, out var connection))
        {
            if (_time.GetElapsedTime(connection.Used) < MaxIdle)
                return connection;
            connection.Dispose();
        }
        return null;
    }

    /// <summary>Opens a new connection, including the TLS handshake.</summary>
    public async ValueTask<HttpConnection> OpenAsync(Origin origin, ProbeRun run)
    {
        var opened = _time.GetTimestamp();
        var (stream, peer) = await _connector.OpenAsync(origin.Host, origin.Port, origin.IsSecure ? ConnectionPlan.Secure : ConnectionPlan.Plain, inline: true, run.Clock, run.Token);
        return new HttpConnection(stream, peer, opened);
    }

    /// <summary>Returns a connection to the pool, or closes it. Its response must have been read to the end.</summary>
    public void Return(Origin origin, HttpConnection connection)
    {
        if (_keepAlive && _time.GetElapsedTime(connection.Opened) < MaxAge)
        {
            connection.MarkIdle(_time.GetTimestamp());
            lock (_lock)
            {
                if (_idleCount < _limit)
                {
                    _idleCount++;
                    Known(origin).Idle.Add(connection);
                    return;
                }
            }
        }
        connection.Dispose();
    }

    public void Dispose()
    {
        _sweep?.Dispose();
        lock (_lock)
            _origins.Values.SelectMany(origin => origin.Idle).ToList().ForEach(connection => connection.Dispose());
    }

    // Avoids the cost of parsing a Uri: the origin is already known, and the path needs no escaping and has no dot segments.
    private bool TryFind(string text, out HttpTarget target)
    {
        target = default;
        var host = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = host < 3 ? -1 : text.IndexOf('/', host);
        if (path < 0 || text.AsSpan(path).ContainsAnyExcept(Plain) || text.AsSpan(path).Contains("/.", StringComparison.Ordinal))
            return false;
        lock (_lock)
        {
            if (!_byText.TryGetValue(text.AsSpan(0, path), out var origin))
                return false;
            target = new HttpTarget(origin, text.AsMemory(path));
            return true;
        }
    }

    // Two checks may have parsed the same origin at the same time; the first one registered is used.
    private Origin Known(Origin origin)
    {
        if (origin.IsKnown)
            return origin;
        if (_origins.TryGetValue(origin.Text, out var known))
            return known;
        _origins.Add(origin.Text, origin);
        origin.IsKnown = true;
        return origin;
    }

    private bool TryPop(Origin origin, [NotNullWhen(true)] out HttpConnection? connection)
    {
        lock (_lock)
        {
            connection = null;
            if (!(origin.IsKnown || _origins.TryGetValue(origin.Text, out origin!)) || origin.Idle is not { Count: > 0 } kept)
                return false;
            connection = kept[^1];
            kept.RemoveAt(kept.Count - 1);
            _idleCount--;
            return true;
        }
    }

    private void Sweep()
    {
        var old = new List<HttpConnection>();
        lock (_lock)
        {
            foreach (var (text, origin) in _origins)
            {
                old.AddRange(origin.Idle.Where(IsOld));
                origin.Idle.RemoveAll(IsOld);
                if (origin.Idle.Count == 0)
                    origin.IsKnown = !_origins.Remove(text);
            }
            _idleCount -= old.Count;
        }
        old.ForEach(connection => connection.Dispose());

        bool IsOld(HttpConnection connection) => _time.GetElapsedTime(connection.Used) >= MaxIdle;
    }
}
