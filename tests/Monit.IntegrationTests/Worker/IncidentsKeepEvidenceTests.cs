using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Scheduling;
using Monit.IntegrationTests.Telemetry;
using Monit.Storage.Secrets;
using Monit.Testing;

namespace Monit.IntegrationTests.Worker;

/// <summary>What an incident is kept with: the checks that opened and closed it and the last good one, without secrets.</summary>
public abstract class IncidentsKeepEvidenceTests(LocalStores stores, GarnetHost? garnet) : CheckSuite(stores, garnet)
{
    private const string Token = "s3cr3t-t0ken/with+signs";

    [Fact]
    public async Task Incident_KeepsWhatOpenedIt_WhatClosedIt_AndTheLastGoodOne()
    {
        await using var worker = await StartAsync();
        Probe.Answer = _ => (200, "good");
        var id = (await worker.AddAsync("https://target.invalid/")).Id;
        await worker.StateAsync(id, MonitorState.Up);

        Probe.Answer = _ => (503, "out of order");
        var open = await Eventually.Get(() => worker.IncidentsAsync(id), found => found.Count == 1, "it is open");
        var kept = await worker.EvidenceAsync(open[0].Id);
        Assert.Equal([EvidenceKind.Opened, EvidenceKind.LastGood], kept.Keys.Order());
        var opened = kept[EvidenceKind.Opened];
        Assert.Equal((false, "down", "UNEXPECTED_STATUS", 503, "out of order", "192.0.2.7", "text/plain", 10d),
            (opened.Success, opened.State, opened.Reason, opened.HttpStatus, opened.Body, opened.Ip, opened.Headers!["content-type"], opened.PhasesMs.Total));
        var good = kept[EvidenceKind.LastGood];
        Assert.Equal((true, 200, "good"), (good.Success, good.HttpStatus, good.Body));
        Assert.True(good.At < open[0].StartTime);

        Probe.Answer = _ => (200, "good again");
        var closed = await Eventually.Get(() => worker.IncidentsAsync(id), found => found[0].EndTime is not null, "it is closed");
        var last = (await worker.EvidenceAsync(closed[0].Id))[EvidenceKind.Closed];
        Assert.Equal((true, "good again", closed[0].EndTime), (last.Success, last.Body, last.At));
    }

    [Fact]
    public async Task GoodChecks_OfAPlainMonitor_AreAskedForTheirAnswerOnce_AndFailingOnesEachTime()
    {
        await using var worker = await StartAsync();
        var id = (await worker.AddAsync("https://target.invalid/")).Id;
        await worker.StateAsync(id, MonitorState.Up);
        await Eventually.True(() => Probe.Checks.Count >= 3, "it is checked again");
        Assert.Equal([true, false, false], Probe.Checks.Take(3).Select(check => check.WithAnswer));

        Probe.Answer = _ => (503, "");
        await worker.StateAsync(id, MonitorState.Down);
        Probe.Answer = _ => (200, "ok");
        await worker.StateAsync(id, MonitorState.Up);
        // The first that failed could not know; all from then on could, and so does the one that closed the incident.
        Assert.All(Probe.Checks.SkipWhile(check => !check.WithAnswer).Skip(1).SkipWhile(check => !check.WithAnswer).Take(2), check => Assert.True(check.WithAnswer));
    }

    [Fact]
    public async Task SecretsThatTheTargetRepeats_AreNowhere()
    {
        using var spans = new Spans("Monit.Worker");
        await using var worker = await StartAsync();
        var vault = worker.Services.GetRequiredService<SecretVault>();
        var given = Asserting("body contains fine") with
        {
            Request = new RequestSettings
            {
                Headers = new Dictionary<string, string> { ["X-Key"] = Token }, SecretHeaders = ["x-key"], Auth = new HttpAuth { Basic = new BasicAuth("user", "passw0rd-of-basic") },
            },
        };
        var masked = Secrets.TakeOut(given, new Dictionary<string, string>(), out var secrets, []);
        // As it is, in the forms of JSON and URLs, and cut in two where the detail is shortened.
        Probe.Answer = spec => (200, $"{spec.Settings.Request!.Headers!["X-Key"]} {Uri.EscapeDataString(Token)} "
            + $"{Convert.ToBase64String("user:passw0rd-of-basic"u8)} {new string('x', 80)} {Token}{Token}{Token}{Token}{Token}{Token}{Token}");
        const string url = "https://target.invalid/";
        var id = (await worker.AddAsync(url, change: monitor =>
            (monitor.Settings, monitor.SealedSecrets, monitor.Retries) = (masked, vault.Seal(Secrets.OriginOf(url), secrets), 0))).Id;
        var incident = (await Eventually.Get(() => worker.IncidentsAsync(id), found => found.Count == 1, "it is open"))[0];
        var view = await worker.StateAsync(id, MonitorState.Down);

        var opened = (await worker.EvidenceAsync(incident.Id))[EvidenceKind.Opened];
        Assert.Contains(Secret.Mask, opened.Body, StringComparison.Ordinal);
        var config = (await worker.Sql(db => Task.FromResult(db.Monitors.Single(monitor => monitor.Id == id)))).ToCheckConfig();
        Assert.Equal(Token, Probe.Checks.First().Config.Settings.Request!.Headers!["X-Key"]);
        string[] texts =
        [
            incident.Detail!, view.Status!.Value.Detail!, opened.Body!, opened.Headers!["x-echo"], opened.Detail!, opened.Assertions.Single().Actual!,
            config.Encode(), $"{Probe.Checks.First().Config}", $"{Probe.Checks.First().Config.Settings}", $"{Probe.Checks.First().Config.Settings.Request}",
            .. worker.Log.Lines.Select(line => line.Message),
            .. spans.Ended.SelectMany(span => span.TagObjects).Select(tag => $"{tag.Value}"),
        ];
        Assert.Contains(spans.Ended, span => span.GetTagItem("monit.check.detail") is not null);
        Assert.All(texts, text =>
        {
            Assert.DoesNotContain("s3cr", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("passw0rd", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String("user:passw0rd-of-basic"u8)[..20], text, StringComparison.OrdinalIgnoreCase);
        });
    }
}

public sealed class EvidenceOnPostgresAndRedis(LocalStores stores) : IncidentsKeepEvidenceTests(stores, null);
public sealed class EvidenceOnSqliteAndGarnet(LocalStores stores, GarnetHost garnet) : IncidentsKeepEvidenceTests(stores, garnet);
