using Monit.Core.Checks;
using Monit.Probes.Http;

namespace Monit.Probes.Tests.Http.Malformed;

public sealed class FuzzOnHttpProbe : FuzzSuite
{
    private protected override IDisposable Open(ConnectionMode mode, out Func<CheckConfig, CancellationToken, ValueTask<ProbeResult>> check)
    {
        var connections = MalformedOnHttpProbe.New(mode);
        check = new HttpProbe(connections, TimeProvider.System).CheckAsync;
        return connections;
    }
}
