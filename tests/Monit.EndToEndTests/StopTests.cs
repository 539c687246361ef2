using System.Net.Sockets;
using Monit.Core.Users;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>SIGTERM.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task RunningChecks_AreFinishedOrGivenBack()
    {
        using var gate = new SemaphoreSlim(0);
        await using var slow = new ScriptedTarget
        {
            Answer = async (stream, request, ct) =>
            {
                await gate.WaitAsync(ct);
                return await ScriptedTarget.Status(503)(stream, request, ct);
            },
        };
        await using var stuck = new ScriptedTarget { Answer = ScriptedTarget.Stall() };
        await using var monit = new Installation();
        // Five seconds before it, what still runs is cut off.
        monit.Settings["Shutdown__Timeout"] = "00:00:08";
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);
        var finished = await user.AddMonitorAsync(slow.Url, timeoutSec: 60);
        var givenBack = await user.AddMonitorAsync(stuck.Url, timeoutSec: 60);
        await Eventually.True(() => slow.Requests.Count + stuck.Requests.Count == 2, "the checks have begun");

        await process.TerminateAsync();
        await Eventually.True(async () => !await ListensAsync(process), "it takes no more requests");
        slow.Answer = ScriptedTarget.Stall();
        gate.Release();
        Assert.Equal(0, await process.ExitAsync());
        Assert.Contains(process.Output, line => line.Contains("Drained in", StringComparison.Ordinal));
        Assert.Empty(process.Errors);
        Assert.Empty(Directory.GetFileSystemEntries(monit.Temporary, "monit-*"));

        // The slow one answers no more: its incident was written down before the end.
        stuck.Answer = ScriptedTarget.Status(200);
        await user.IsBackAsync(await monit.StartAsync());
        Assert.Equal("UNEXPECTED_STATUS", Assert.Single(await user.IncidentsAsync(finished)).Reason);
        await user.StateAsync(givenBack, "up");
        Assert.Empty(await user.IncidentsAsync(givenBack));
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
