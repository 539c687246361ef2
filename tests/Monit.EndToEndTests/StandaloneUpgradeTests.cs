using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>A data folder of an earlier commit, whose process was killed under load, and this one's start on it.</summary>
[Collection(nameof(UpgradeTests)), Trait("Speed", "Long")]
public sealed class StandaloneUpgradeTests
{
    private const int Monitors = 100;
    private const int Down = 10;

    [Theory, InlineData(PreviousBuild.OneFormat), InlineData(PreviousBuild.AnyAddress), InlineData(PreviousBuild.PlainChecks)]
    public async Task DataFolder_IsTakenOver_WithItsStatesAndItsMails(string commit)
    {
        using var before = PreviousBuild.Make(commit, "Monit.Standalone");
        await using var sink = new SmtpSink();
        await using var well = new ScriptedTarget();
        await using var ill = new ScriptedTarget { Answer = ScriptedTarget.Status(503) };
        await using var monit = new Installation(sink);
        monit.Settings["Monitors__FreeQuota"] = $"{Monitors}";
        monit.Build = Path.Combine(before.Folder, "Monit.Standalone", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);
        var ids = new List<Guid>();
        for (var i = 0; i < Monitors; i++)
            ids.Add(await user.AddMonitorAsync(i < Down ? ill.Url : well.Url, intervalSec: 2, timeoutSec: 1));
        foreach (var (i, id) in ids.Index())
            await user.StateAsync(id, i < Down ? "down" : "up");
        await Eventually.Get(() => Task.FromResult(sink.Of("DOWN").Count), count => count == Down, "every outage is mailed");
        var incidents = await user.IncidentsAsync(ids);
        await process.KillAsync();

        monit.Build = null;
        if (commit != PreviousBuild.PlainChecks)
        {
            // As where others can reach it: the owner's address was mailed to before, and counts as confirmed. Later versions confirm by themselves.
            monit.Settings["Alerts__ConfirmAddresses"] = "true";
            monit.Settings["PublicUrl"] = "https://monit.example.org";
        }
        process = await monit.StartAsync();
        await user.IsBackAsync(process);
        var requests = well.Requests.Count;
        await Eventually.True(() => well.Requests.Count > requests + 2 * Monitors, "all are checked as before");
        foreach (var (i, id) in ids.Index())
            Assert.Equal(i < Down ? "down" : "up", (await user.StatusAsync(id)).State);
        Assert.Equal(incidents, await user.IncidentsAsync(ids));

        ill.Answer = ScriptedTarget.Status(200);
        foreach (var id in ids)
            await user.StateAsync(id, "up");
        await Eventually.Get(() => Task.FromResult(sink.Of("UP").Count), count => count == Down, "every recovery is mailed");
        Assert.Equal(Down, sink.Of("DOWN").Count);
        Assert.DoesNotContain(process.Output, line => line.StartsWith("fail:", StringComparison.Ordinal));
    }
}
