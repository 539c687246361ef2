using Monit.Core.Monitors;
using Monit.Worker.Executor;

namespace Monit.IntegrationTests.Executor.Fuzz;

public sealed class FuzzOnHttpProbe : FuzzSuite
{
    private protected override IDisposable Open(ConnectionMode mode, out Func<CheckConfig, CancellationToken, Task<ProbeResult>> check)
    {
        var probe = MalformedOnHttpProbe.New(mode);
        check = probe.CheckAsync;
        return probe;
    }
}
