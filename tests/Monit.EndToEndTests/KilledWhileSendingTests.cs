using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>SIGKILL at the worst moments of a delivery: nothing is lost, and what is told twice is one mail to a mail program.</summary>
public sealed class KilledWhileSendingTests
{
    /// <param name="fault">What the mail server does when the process is killed, for both notices.</param>
    /// <param name="mails">How often each notice arrives.</param>
    [Theory]
    [InlineData(SmtpFault.StallOnConnect, 1)] // Nothing is sent yet.
    [InlineData(SmtpFault.StallAfterData, 2)] // All is sent, nothing is answered.
    [InlineData(SmtpFault.StallAfterAccept, 2)] // The server has said 250, and nobody has written it down.
    internal async Task EachNotice_ArrivesUnderOneMessageId(SmtpFault fault, int mails)
    {
        await using var sink = new SmtpSink();
        await using var target = new ScriptedTarget();
        await using var monit = new Installation(sink);
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);

        target.Stop();
        sink.Faults.Enqueue(fault);
        var id = await user.AddMonitorAsync(target.Url);
        process = await KillWhileSendingAsync(sink, monit, process);
        await user.IsBackAsync(process);
        await process.SaysAsync("Down alert");
        var incident = Assert.Single(await user.IncidentsAsync(id));
        Assert.Null(incident.EndedAt);

        sink.Faults.Enqueue(fault);
        target.Start();
        process = await KillWhileSendingAsync(sink, monit, process);
        await user.IsBackAsync(process);
        await process.SaysAsync("Recovery alert");
        await user.StateAsync(id, "up");
        var ended = Assert.Single(await user.IncidentsAsync(id));
        Assert.NotNull(ended.EndedAt);
        Assert.Equal(incident, ended with { EndedAt = null });

        foreach (var kind in (string[])["DOWN", "UP"])
        {
            Assert.Equal(mails, sink.Of(kind).Count);
            Assert.Single(sink.Of(kind).Select(mail => mail.MessageId).Distinct());
        }
        Assert.NotEqual(sink.Of("DOWN")[0].MessageId, sink.Of("UP")[0].MessageId);
    }

    private static async Task<MonitProcess> KillWhileSendingAsync(SmtpSink sink, Installation monit, MonitProcess process)
    {
        Assert.True(await sink.Stalled.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        await process.KillAsync();
        return await monit.StartAsync();
    }
}
