using Monit.Core.Users;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>SIGKILL at the worst moments of a delivery: nothing is lost, and what is told twice is one mail to a mail program.</summary>
public sealed class KilledWhileSendingTests
{
    // Nothing is sent yet; all is sent and nothing is answered; the server has said 250, and nobody has written it down.
    // The last one is left a second, the time for which Monit waits for an answer to QUIT.
    private static readonly SmtpFault[] Moments = [SmtpFault.StallOnConnect, SmtpFault.StallAfterData, SmtpFault.StallAfterAccept];

    [Fact]
    public async Task EachNotice_ArrivesUnderOneMessageId()
    {
        await using var sink = new SmtpSink();
        await using var target = new ScriptedTarget();
        await using var monit = new Installation(sink);
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);

        target.Stop();
        List<Guid> ids = [];
        await DuringSendsAsync(sink, async () => ids.Add(await user.AddMonitorAsync(target.Url)));
        await process.KillAsync();
        process = await monit.StartAsync();
        await user.IsBackAsync(process);
        await AllDeliveredAsync(process, "Down");
        var incidents = await user.IncidentsAsync(ids);
        Assert.Equal(ids, incidents.Select(incident => incident.MonitorId));
        Assert.All(incidents, incident => Assert.Null(incident.EndedAt));

        target.Start();
        var recovered = new Queue<Guid>(ids);
        await DuringSendsAsync(sink, () => user.CheckAsync(recovered.Dequeue()));
        await process.KillAsync();
        process = await monit.StartAsync();
        await user.IsBackAsync(process);
        await AllDeliveredAsync(process, "Recovery");
        var ended = await user.IncidentsAsync(ids);
        Assert.Equal(incidents, ended.Select(incident => incident with { EndedAt = null }));
        Assert.All(ended, incident => Assert.NotNull(incident.EndedAt));

        foreach (var kind in (string[])["DOWN", "UP"])
        {
            var alerts = sink.Of(kind).GroupBy(mail => mail.MessageId).ToList();
            Assert.Equal(Moments.Length, alerts.Count);
            // What was sent and not answered is sent again; how often the others are is a matter of the machine's speed.
            Assert.Contains(alerts, alert => alert.Count() > 1);
        }
        Assert.Equal(2 * Moments.Length, sink.Received.Select(mail => mail.MessageId).Distinct().Count());
    }

    // One alert after another, each of which gets stuck in its own way.
    private static async Task DuringSendsAsync(SmtpSink sink, Func<Task> causeAlert)
    {
        foreach (var moment in Moments)
        {
            sink.Faults.Enqueue(moment);
            await causeAlert();
            Assert.True(await sink.Stalled.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), $"{moment} has come");
        }
    }

    private static Task AllDeliveredAsync(MonitProcess process, string kind) => Eventually.True(
        () => process.Output.Select(line => line.Split($"{kind} alert ") is [_, var rest] && rest.Split(" delivered ") is [var id, _] ? id : null)
            .OfType<string>().Distinct().Count() == Moments.Length, $"all {kind} alerts are delivered");
}
