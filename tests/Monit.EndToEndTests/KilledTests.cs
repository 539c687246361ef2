using Monit.Core.Users;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>SIGKILL, and a new start on the same folder.</summary>
public sealed class KilledTests
{
    [Fact]
    public async Task DuringAnOutage_IsCheckedAheadOfItsSlot_AndTheSameIncidentGoesOn()
    {
        await using var sink = new SmtpSink();
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Status(503) };
        await using var monit = new Installation(sink);
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);
        var id = await user.AddMonitorAsync(target.Url, intervalSec: 3600);
        var down = await user.StateAsync(id, "down");
        var incident = Assert.Single(await user.IncidentsAsync(id));
        await process.SaysAsync("Down alert");

        await process.KillAsync();
        var before = target.Requests.Count;
        process = await monit.StartAsync();
        await user.IsBackAsync(process);
        await Eventually.True(() => target.Requests.Count > before, "it is checked although its slot is up to an hour away");
        await Eventually.Get(() => user.StatusAsync(id), s => s.State == "down" && s.CheckedAt > down.CheckedAt, "it is still down");
        Assert.Equal(incident, Assert.Single(await user.IncidentsAsync(id)));

        target.Answer = ScriptedTarget.Status(200);
        await user.CheckAsync(id);
        await user.StateAsync(id, "up");
        await sink.FirstAsync("UP");
        var ended = Assert.Single(await user.IncidentsAsync(id));
        Assert.NotNull(ended.EndedAt);
        Assert.Equal(incident, ended with { EndedAt = null });
        Assert.Single(sink.Of("DOWN").Select(mail => mail.MessageId).Distinct());
        Assert.Single(sink.Of("UP"));
    }

    [Fact]
    public async Task WhileItMadeItsDatabase_TheNextStartCompletesIt()
    {
        await using var monit = new Installation();
        var journal = new FileInfo(Path.Combine(monit.Data, "monit.db-wal"));
        var process = monit.Launch();
        await Eventually.True(() =>
        {
            journal.Refresh();
            return journal is { Exists: true, Length: > 0 };
        }, "the first table is being made", seconds: 60);
        await process.KillAsync();

        using var user = await User.RegisterAsync((await monit.StartAsync()).Url);
        Assert.NotEmpty(user.Token);
    }
}
