using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Executor.Http;

/// <summary>
/// Connections to targets: a new one for each check, or kept for the next check of the same host, a minute idle and ten in
/// all at most, and no more idle ones than checks may run at once.
/// </summary>
internal sealed class HttpConnections : IDisposable
{
    private static readonly TimeSpan MostIdle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostAge = TimeSpan.FromMinutes(10);

    private static readonly SearchValues<char> Plain = SearchValues.Create("/-._~?=&abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    private readonly Lock _lock = new();
    // Those with idle connections, by the beginning of the URLs that lead there.
    private readonly Dictionary<string, Origin> _origins = [];
    private readonly Dictionary<string, Origin>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly TargetConnector _connector;
    private readonly TimeProvider _time;
    private readonly bool _keepAlive;
    private readonly int _limit;
    private readonly ITimer? _sweep;
    private int _idleCount;

    public HttpConnections(IOptions<ExecutorOptions> options, TargetConnector connector, TimeProvider time)
    {
        (_connector, _time, _limit) = (connector, time, options.Value.HttpSemaphoreCount);
        _byText = _origins.GetAlternateLookup<ReadOnlySpan<char>>();
        _keepAlive = options.Value.Connection == ConnectionMode.KeepAlive;
        if (_keepAlive)
            _sweep = time.CreateTimer(_ => Sweep(), null, MostIdle / 4, MostIdle / 4);
    }

    /// <summary>What a URL asks for; false unless it is an absolute one of http or https.</summary>
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
        var isHttp = (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.Host.Length > 0;
        target = isHttp ? new HttpTarget(new Origin(url, _keepAlive), url.PathAndQuery.AsMemory()) : default;
        return isHttp;
    }

    /// <summary>An idle connection; none when there is none that is young enough.</summary>
    public HttpConnection? Take(Origin origin)
    {
        while (_keepAlive && TryPop(origin, out var connection))
        {
            if (_time.GetElapsedTime(connection.Used) < MostIdle)
                return connection;
            connection.Dispose();
        }
        return null;
    }

    /// <summary>A new connection.</summary>
    public async ValueTask<HttpConnection> OpenAsync(Origin origin, CancellationToken ct)
    {
        var opened = _time.GetTimestamp();
        // What TLS takes would hold up the other checks.
        var stream = await _connector.ConnectAsync(origin.Host, origin.Port, inline: !origin.IsSecure, ct);
        if (origin.IsSecure)
            stream = await SecureAsync(stream, origin.Host, ct);
        return new HttpConnection(stream, opened);
    }

    /// <summary>Keeps a connection whose response is read for the next check of the same host.</summary>
    public void Return(Origin origin, HttpConnection connection)
    {
        if (_keepAlive && _time.GetElapsedTime(connection.Opened) < MostAge)
        {
            connection.Rest(_time.GetTimestamp());
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

    // To take a URL apart is dear. Here one leads where others led, and its path is as it would be sent: nothing to escape,
    // and no dots to resolve.
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

    // Two checks may have brought in the same one.
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

    private static async ValueTask<SslStream> SecureAsync(Stream stream, string host, CancellationToken ct)
    {
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, ct);
            return secure;
        }
        catch (Exception failure)
        {
            await secure.DisposeAsync();
            throw failure is OperationCanceledException ? failure : new AuthenticationException("The TLS handshake failed.", failure);
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

        bool IsOld(HttpConnection connection) => _time.GetElapsedTime(connection.Used) >= MostIdle;
    }
}
