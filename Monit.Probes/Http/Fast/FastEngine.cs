using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Probes.Network;
using Monit.Probes.Runs;

namespace Monit.Probes.Http.Fast;

/// <summary>The hand-written HTTP/1.1 client of this folder: plain GETs, at the lowest cost.</summary>
internal sealed class FastEngine(IOptions<ProbeOptions> options, TargetConnector connector, TimeProvider time) : IHttpEngine
{
    private readonly HttpConnections _connections = new(options, connector, time);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<HttpAnswer> GetAsync(string url, Uri? redirected, string? cookies, CheckConfig spec, ProbeRun run)
    {
        if (!(redirected is null ? _connections.TryParse(url, out var target) : _connections.TryParse(redirected, out target)))
            return HttpAnswer.InvalidUrl;
        HttpConnection? connection = null;
        try
        {
            do
            {
                connection?.Dispose();
                connection = _connections.Take(target.Origin) ?? await _connections.OpenAsync(target.Origin, run);
                run.Clock.Enter(Phase.FirstByte);
            }
            while (!await connection.TryGetAsync(target, cookies, run));
            var head = connection.Head;
            var location = HttpAnswer.IsRedirect(head.Status, spec) ? head.Location : null;
            // A redirect's body is not read: the connection is reused only if there is none.
            if (location is null ? await connection.DrainAsync(spec, run) : connection.IsDrained)
                _connections.Return(target.Origin, connection);
            else
                connection.Dispose();
            connection = null;
            return new HttpAnswer(head.Status, location, head.SetCookies);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public void Dispose() => _connections.Dispose();
}
