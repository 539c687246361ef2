using System.Net;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
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

    public Task<Verdict> RunAsync(int port, string host = Host, CheckSettings? settings = null) =>
        _checker.CheckAsync(Config(port, host, settings), TestContext.Current.CancellationToken);

    public async Task<Observation> ObserveAsync(int port) => await _checker.ObserveAsync(Config(port, Host, null), TestContext.Current.CancellationToken);

    private static CheckConfig Config(int port, string host, CheckSettings? settings) =>
        new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), 200, null, $"https://{host}:{port}/") { Settings = settings ?? CheckSettings.None };

    public void Dispose() => _checker.Dispose();
}
