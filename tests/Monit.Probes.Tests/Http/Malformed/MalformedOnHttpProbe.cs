using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Probes.Http;
using Monit.Probes.Http.Fast;
using Monit.Probes.Network;

namespace Monit.Probes.Tests.Http.Malformed;

public sealed class MalformedOnHttpProbe : MalformedSuite
{
    private readonly HttpConnections _new = New(ConnectionMode.New);
    private readonly HttpConnections _keepAlive = New(ConnectionMode.KeepAlive);

    private protected override Func<CheckConfig, CancellationToken, ValueTask<ProbeResult>> Check => new HttpProbe(_new, TimeProvider.System).CheckAsync;
    private protected override Func<CheckConfig, CancellationToken, ValueTask<ProbeResult>> KeepAliveCheck => new HttpProbe(_keepAlive, TimeProvider.System).CheckAsync;

    public override async ValueTask DisposeAsync()
    {
        _new.Dispose();
        _keepAlive.Dispose();
        await base.DisposeAsync();
    }

    internal static HttpConnections New(ConnectionMode mode) => new(
        Options.Create(new ProbeOptions { Connection = mode }),
        new TargetConnector(new TargetGuard(allowPrivate: true), (_, _) => throw new SocketException((int)SocketError.HostNotFound)),
        TimeProvider.System);
}
