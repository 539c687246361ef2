using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using Monit.Worker.Executor;

namespace Monit.IntegrationTests.Executor.Fuzz;

public sealed class MalformedOnHttpProbe : MalformedSuite
{
    private readonly HttpProbe _probe = New(ConnectionMode.New);
    private readonly HttpProbe _keepAlive = New(ConnectionMode.KeepAlive);

    private protected override Func<CheckConfig, CancellationToken, Task<ProbeResult>> Check => _probe.CheckAsync;
    private protected override Func<CheckConfig, CancellationToken, Task<ProbeResult>> KeepAliveCheck => _keepAlive.CheckAsync;

    public override async ValueTask DisposeAsync()
    {
        _probe.Dispose();
        _keepAlive.Dispose();
        await base.DisposeAsync();
    }

    internal static HttpProbe New(ConnectionMode mode) => new(
        Options.Create(new ExecutorOptions { Connection = mode }),
        new TargetConnector(new TargetGuard(allowPrivate: true), (_, _) => throw new SocketException((int)SocketError.HostNotFound)),
        TimeProvider.System);
}
