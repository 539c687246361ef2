using System.Net;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Probes.Network.Tls;
using Monit.Probes.Tests.Http;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>Checks of <c>https://NAME:port/</c> with roots of the test's own; every name is this machine.</summary>
internal sealed class TlsCheck(Sender sender, params X509Certificate2[] roots) : IDisposable
{
    public const string Host = "shop.example";

    private readonly Checker _checker = new(sender,
        resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), tls: new TlsClient(() => [.. roots], TimeProvider.System));

    public static TheoryData<Sender> Senders => [.. Enum.GetValues<Sender>()];

    public Task<Verdict> RunAsync(int port, string host = Host) =>
        _checker.CheckAsync(new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), 200, null, $"https://{host}:{port}/"), TestContext.Current.CancellationToken);

    public void Dispose() => _checker.Dispose();
}
