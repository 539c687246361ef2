using System.Net.Sockets;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>SIGTERM.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task RunningCheck_IsFinishedAndRecorded()
    {
        using var gate = new SemaphoreSlim(0);
        await using var target = new ScriptedTarget();
        await using var monit = new Installation();
        target.Answer = async (stream, request, ct) =>
        {
            await gate.WaitAsync(ct);
            return await ScriptedTarget.Status(503)(stream, request, ct);
        };
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);
        var id = await user.AddMonitorAsync(target.Url, intervalSec: 3600, timeoutSec: 30);
        await Eventually.True(() => target.Requests.Count == 1, "the check has begun");

        await process.TerminateAsync();
        await Eventually.True(async () => !await ListensAsync(process), "it takes no more requests");
        target.Answer = ScriptedTarget.Stall();
        gate.Release();
        await StoppedAsync(monit, process);

        // Now no check ends: what is there is what was written down before the end.
        await user.IsBackAsync(await monit.StartAsync());
        Assert.Equal("UNEXPECTED_STATUS", Assert.Single(await user.IncidentsAsync(id)).Reason);
    }

    [Fact]
    public async Task CheckThatDoesNotEnd_IsGivenBackUncounted()
    {
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Stall() };
        await using var monit = new Installation();
        // Five seconds before it, what still runs is cut off.
        monit.Settings["Shutdown__Timeout"] = "00:00:06";
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);
        var id = await user.AddMonitorAsync(target.Url, intervalSec: 3600, timeoutSec: 60);
        await Eventually.True(() => target.Requests.Count == 1, "the check has begun");

        await process.TerminateAsync();
        await StoppedAsync(monit, process);

        target.Answer = ScriptedTarget.Status(200);
        await user.IsBackAsync(await monit.StartAsync());
        await user.StateAsync(id, "up");
        Assert.Empty(await user.IncidentsAsync(id));
    }

    private static async Task StoppedAsync(Installation monit, MonitProcess process)
    {
        Assert.Equal(0, await process.ExitAsync());
        Assert.Contains(process.Output, line => line.Contains("Drained in", StringComparison.Ordinal));
        Assert.Empty(process.Errors);
        Assert.Empty(Directory.GetFileSystemEntries(monit.Temporary, "monit-*"));
    }

    private static async Task<bool> ListensAsync(MonitProcess process)
    {
        var url = new Uri(process.Url);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
