using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Scheme, string Host, int Port), List<HttpConnection>> _idle = [];
    private readonly TargetConnector _connector;
    private readonly TimeProvider _time;
    private readonly bool _keepAlive;
    private readonly int _limit;
    private readonly ITimer? _sweep;
    private int _idleCount;

    public HttpConnections(IOptions<ExecutorOptions> options, TargetConnector connector, TimeProvider time)
    {
        (_connector, _time, _limit) = (connector, time, options.Value.HttpSemaphoreCount);
        _keepAlive = options.Value.Connection == ConnectionMode.KeepAlive;
        if (_keepAlive)
            _sweep = time.CreateTimer(_ => Sweep(), null, MostIdle / 4, MostIdle / 4);
    }

    /// <summary>Sends a GET and reads the head of its response. The connection is the caller's, to return or to dispose.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<HttpConnection> GetAsync(Uri url, CancellationToken ct)
    {
        while (TryTake(url, out var kept))
        {
            try
            {
                await kept.GetAsync(url, _keepAlive, reused: true, ct);
                return kept;
            }
            catch (Exception failure)
            {
                kept.Dispose();
                // Closed while it lay idle: that says nothing about the target.
                if (failure is not IOException || kept.Answered || ct.IsCancellationRequested)
                    throw;
            }
        }
        var connection = await OpenAsync(url, ct);
        try
        {
            await connection.GetAsync(url, _keepAlive, reused: false, ct);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Keeps a connection whose response is read for the next check of the same host.</summary>
    public void Return(Uri url, HttpConnection connection)
    {
        if (_keepAlive && _time.GetElapsedTime(connection.Opened) < MostAge)
        {
            connection.Rest(_time.GetTimestamp());
            lock (_lock)
            {
                if (_idleCount < _limit)
                {
                    _idleCount++;
                    (CollectionsMarshal.GetValueRefOrAddDefault(_idle, Key(url), out _) ??= []).Add(connection);
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
            _idle.Values.SelectMany(kept => kept).ToList().ForEach(connection => connection.Dispose());
    }

    private static (string, string, int) Key(Uri url) => (url.Scheme, url.Host, url.Port);

    private bool TryTake(Uri url, [NotNullWhen(true)] out HttpConnection? connection)
    {
        while (_keepAlive && TryPop(Key(url), out connection))
        {
            if (_time.GetElapsedTime(connection.Used) < MostIdle)
                return true;
            connection.Dispose();
        }
        connection = null;
        return false;
    }

    private bool TryPop((string, string, int) key, [NotNullWhen(true)] out HttpConnection? connection)
    {
        lock (_lock)
        {
            connection = _idle.TryGetValue(key, out var kept) && kept.Count > 0 ? kept[^1] : null;
            if (connection is null)
                return false;
            kept!.RemoveAt(kept.Count - 1);
            _idleCount--;
            return true;
        }
    }

    private async ValueTask<HttpConnection> OpenAsync(Uri url, CancellationToken ct)
    {
        var opened = _time.GetTimestamp();
        var socket = await _connector.ConnectAsync(url.IdnHost, url.Port, ct);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (url.Scheme == Uri.UriSchemeHttps)
            stream = await SecureAsync(stream, url.IdnHost, ct);
        return new HttpConnection(stream, opened);
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
            foreach (var (host, kept) in _idle)
            {
                old.AddRange(kept.Where(IsOld));
                kept.RemoveAll(IsOld);
                if (kept.Count == 0)
                    _idle.Remove(host);
            }
            _idleCount -= old.Count;
        }
        old.ForEach(connection => connection.Dispose());

        bool IsOld(HttpConnection connection) => _time.GetElapsedTime(connection.Used) >= MostIdle;
    }
}
