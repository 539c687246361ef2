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
    public async ValueTask<HttpAnswer> SendAsync(CheckConfig spec, Hop? hop, AnswerNeed need, ProbeRun run)
    {
        if (!(hop is null ? _connections.TryParse(spec.Url, out var target) : _connections.TryParse(hop.Url, out target)))
            return HttpAnswer.InvalidUrl;
        HttpConnection? connection = null;
        try
        {
            do
            {
                connection?.Dispose();
                connection = _connections.Take(target.Origin) ?? await _connections.OpenAsync(target.Origin, run);
                run.Clock.Peer = connection.Peer;
                run.Clock.Enter(Phase.FirstByte);
            }
            while (!await connection.TryGetAsync(target, hop?.Cookies, run));
            var head = connection.Head;
            need = need.At(head.Status, spec);
            var next = head.Location is null ? null : HttpAnswer.NextOf(head.Status, head.Location, hop?.Url, spec);
            var recorder = need == AnswerNeed.Nothing ? null : connection.Record(hop?.Url.AbsoluteUri ?? spec.Url, need, run);
            // The body of a redirect that is followed is not read: the connection is reused only if there is none.
            var reusable = next is null ? await connection.DrainAsync(spec, run, need.BodyCap(), recorder) : connection.IsDrained;
            // As soon as it is returned, it is another check's.
            var answer = recorder?.End(connection.IsWhole, connection.IsCut);
            if (reusable)
                _connections.Return(target.Origin, connection);
            else
                connection.Dispose();
            connection = null;
            return new HttpAnswer(head.Status, next, next is null ? null : head.SetCookies, answer);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public void Dispose() => _connections.Dispose();
}
