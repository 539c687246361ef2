using Monit.Testing;

namespace Monit.AppHost.Tests;

/// <summary>An outage in the distributed application, seen from outside and in its telemetry.</summary>
public sealed class OutageTests(LocalStores stores)
{
    [Fact]
    public async Task Monitor_GoesDownAndUp_MailTellsBoth_AndSoDoTraces()
    {
        await using var inbox = new SmtpSink();
        await using var target = new ScriptedTarget();
        await using var app = await RunningApp.StartAsync(stores,
            "--Smtp:Host=127.0.0.1", $"--Smtp:Port={inbox.Port}", "--Smtp:Security=None", "--Smtp:From=monit@example.org");
        var user = await app.RegisterAsync();
        var monitor = await user.AddMonitorAsync(target.Url, "ops@example.org");

        await user.StatusBecomesAsync(monitor, "up");
        target.Answer = ScriptedTarget.Status(500);
        await user.StatusBecomesAsync(monitor, "down");
        await Eventually.True(() => inbox.Received.Count == 1, "one mail says that it is down", 30);
        // A recovery that overtakes the first alert would have to wait for it, and end up in another trace.
        await Eventually.True(() => AlertTraces(app) == 1, "the alert is delivered in the trace of its check", 30);
        target.Answer = ScriptedTarget.Status(200);
        await user.StatusBecomesAsync(monitor, "up");
        await Eventually.True(() => inbox.Received.Count == 2, "another says that it is up", 30);
        await Eventually.True(() => AlertTraces(app) == 2, "so is the second, in another", 30);

        Assert.All(inbox.Received, mail => Assert.Contains("<ops@example.org>", mail.To, StringComparison.Ordinal));
        foreach (var service in RunningApp.Services)
            foreach (var signal in (string[])["traces", "metrics", "logs"])
                await Eventually.True(() => app.Telemetry.Any(item => item.Service == service && item.Signal == signal), $"{service} sends {signal}", 30);
        // The loops that look for work start no traces.
        Assert.All(app.Telemetry.Where(item => item is { Service: "worker", Signal: "traces", Parent: "" }), span => Assert.Equal("monit.check", span.Name));
    }

    /// <summary>Traces that reach from a check, by way of its dispatch, to the delivery in the other service.</summary>
    private static int AlertTraces(RunningApp app)
    {
        (string, string)[] path = [("worker", "monit.check"), ("worker", "monit.alert.dispatch"), ("alerts", "monit.alert.deliver")];
        return app.Telemetry.Where(item => item.Signal == "traces").GroupBy(span => span.Trace)
            .Count(trace => path.All(trace.Select(span => (span.Service, span.Name)).Contains));
    }
}
