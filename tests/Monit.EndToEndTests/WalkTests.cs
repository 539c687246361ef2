using Monit.Core.Users;
using Monit.Testing;

namespace Monit.EndToEndTests;

public sealed class WalkTests
{
    [Fact]
    public async Task Outage_IsSeen_Told_AndOver()
    {
        await using var sink = new SmtpSink();
        await using var target = new ScriptedTarget();
        await using var monit = new Installation(sink);
        monit.Settings["ResultProcessor__FailureThreshold"] = "2";
        monit.Settings["ResultProcessor__RetryThreshold"] = "2";
        monit.Settings["ResultProcessor__RetryDelay"] = "00:00:00.200";
        using var user = await User.RegisterAsync((await monit.StartAsync()).Url);

        var id = await user.AddMonitorAsync(target.Url, intervalSec: 2, timeoutSec: 1);
        var up = await user.StateAsync(id, "up");
        Assert.Empty(await user.IncidentsAsync(id));

        target.Stop();
        var failing = await user.StateAsync(id, "failing");
        var down = await user.StateAsync(id, "down");
        Assert.Equal("NETWORK_ERROR", down.Reason);
        var incident = Assert.Single(await user.IncidentsAsync(id));
        Assert.True(incident.StartedAt > up.CheckedAt);
        Assert.True(incident.StartedAt <= failing.CheckedAt);
        Assert.Null(incident.EndedAt);
        Assert.Equal("NETWORK_ERROR", incident.Reason);

        var alert = await sink.FirstAsync("DOWN");
        Assert.Equal(user.Email, Assert.Single(alert.To.Mailboxes).Address);
        Assert.Contains(target.Url, alert.Subject, StringComparison.Ordinal);
        Assert.Contains("NETWORK_ERROR", alert.Subject, StringComparison.Ordinal);
        Assert.Contains(target.Url, alert.TextBody, StringComparison.Ordinal);
        Assert.Contains("NETWORK_ERROR", alert.TextBody, StringComparison.Ordinal);

        target.Start();
        var again = await user.StateAsync(id, "up");
        Assert.Null(again.Reason);
        var ended = Assert.Single(await user.IncidentsAsync(id));
        Assert.Equal(incident with { EndedAt = again.CheckedAt }, ended);
        Assert.Contains(target.Url, (await sink.FirstAsync("UP")).TextBody, StringComparison.Ordinal);
        // Two checks more: an alert that is sent twice would be there by then.
        var before = target.Requests.Count;
        await Eventually.True(() => target.Requests.Count >= before + 2, "it is checked again, and again");
        Assert.Equal(2, sink.Received.Count);
    }
}
