using System.Globalization;
using System.Net.NetworkInformation;
using Monit.Probes.Network;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>
/// Fuzzes an HTTP check with malformed responses: it must always return, report up only for the expected status, and leak
/// nothing. <c>MONIT_FUZZ_CASES</c> sets the number of cases and also checks memory and files of the whole process, so no
/// other test may run at the same time; <c>MONIT_FUZZ_SEED</c> is the seed of the first case, each further one adds 1.
/// </summary>
public abstract class FuzzSuite(Sender sender)
{
    private static readonly int? ConfiguredCases = Setting("MONIT_FUZZ_CASES");
    private readonly FuzzReport _report = new();
    private readonly int _seed = Setting("MONIT_FUZZ_SEED") ?? Random.Shared.Next(1_000_000_000);
    private int _done;

    [Fact]
    public async Task MalformedAnswers_NeitherCrashNorHangNorLeak()
    {
        var cases = ConfiguredCases ?? (Server.IsLongRun ? 100_000 : 3000);
        var started = TimeProvider.System.GetTimestamp();
        // The first tenth warms up code and buffers.
        await RunAsync(until: cases / 10);
        var before = Usage();
        await RunAsync(until: cases);
        var after = Usage();

        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture,
            $"{cases} cases from seed {_seed} in {seconds:0} s: {_report}; open files {before.Files} -> {after.Files}, heap {before.Heap:N0} -> {after.Heap:N0} bytes"));
        Assert.True(_report.Failures.Count == 0, string.Join('\n', _report.Failures));
        if (ConfiguredCases is not null)
            Assert.True(after.Files <= before.Files + 20 && after.Heap <= before.Heap + 20_000_000, $"{before} has become {after}");
    }

    private async Task RunAsync(int until)
    {
        using var probe = MalformedSuite.New(sender, ConnectionMode.New);
        using var keepAlive = MalformedSuite.New(sender, ConnectionMode.KeepAlive);
        var runners = Enumerable.Range(0, ConfiguredCases is null ? 50 : 200).Select(_ => new FuzzRunner(probe, keepAlive, _report)).ToArray();
        var last = _done - 1;
        await Task.WhenAll(runners.Select(runner => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref last)) < until && _report.Failures.Count < 20;)
                await runner.RunAsync(_seed + i);
        })));
        _done = until;

        keepAlive.Dispose();
        var ports = runners.Select(runner => runner.Port).ToHashSet();
        await Eventually.Get(() => Task.FromResult(ConnectionsTo(ports)), open => open == 0, "every connection is closed");
        foreach (var runner in runners)
            await runner.DisposeAsync();
    }

    // Counts the client's ends of connections.
    private static int ConnectionsTo(HashSet<int> ports) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(c => ports.Contains(c.RemoteEndPoint.Port) && c.State is (TcpState.Established or TcpState.CloseWait));

    private static (int Files, long Heap) Usage() =>
        (Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0, GC.GetTotalMemory(forceFullCollection: true));

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
