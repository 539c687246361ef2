using System.Text.Json;
using Microsoft.Data.Sqlite;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>A data folder of an earlier commit, whose process was killed under load, and this one's start on it.</summary>
[Collection(nameof(UpgradeTests)), Trait("Speed", "Long")]
public sealed class StandaloneUpgradeTests
{
    private const int Monitors = 100;
    private const int Down = 10;

    [Theory, InlineData(PreviousBuild.OneFormat), InlineData(PreviousBuild.AnyAddress), InlineData(PreviousBuild.PlainChecks), InlineData(PreviousBuild.NoHistory)]
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
        DateBack(monit);

        monit.Build = null;
        if (commit is PreviousBuild.OneFormat or PreviousBuild.AnyAddress)
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
        Assert.Equal(incidents.Select(incident => incident with { StartedAt = incident.StartedAt.AddDays(-2) }), await user.IncidentsAsync(ids));
        // Down for days: what was before the history is unknown, and its incident is listed.
        var uptime = JsonDocument.Parse(await user.ReadAsync($"monitors/{ids[0]}/uptime")).RootElement;
        Assert.Equal(0, uptime.GetProperty("24h").GetDouble());
        var days = uptime.GetProperty("days").EnumerateArray().ToList();
        Assert.All(days.SkipLast(2), day => Assert.Equal(JsonValueKind.Null, day.GetProperty("uptime").ValueKind));
        Assert.Contains(days.SkipLast(2), day => day.GetProperty("incidents").GetInt32() == 1);
        await Eventually.Get(() => user.ReadAsync($"monitors/{ids[^1]}/results"), results => results.Split("\"up\"").Length > 2, "results are there");

        ill.Answer = ScriptedTarget.Status(200);
        foreach (var id in ids)
            await user.StateAsync(id, "up");
        await Eventually.Get(() => Task.FromResult(sink.Of("UP").Count), count => count == Down, "every recovery is mailed");
        Assert.Equal(Down, sink.Of("DOWN").Count);
        Assert.DoesNotContain(process.Output, line => line.StartsWith("fail:", StringComparison.Ordinal));
    }

    // As if it had all begun some days ago.
    private static void DateBack(Installation monit)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(monit.Data, "monit.db")};Pooling=False");
        connection.Open();
        using var update = connection.CreateCommand();
        update.CommandText = """
            UPDATE monitors SET created_at = created_at - 5 * 86400000000, updated_at = updated_at - 5 * 86400000000;
            UPDATE monitor_incidents SET start_time = start_time - 2 * 86400000000
            """;
        update.ExecuteNonQuery();
    }
}
