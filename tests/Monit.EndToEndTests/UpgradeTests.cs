using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Monit.Chaos;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.Testing;
using Npgsql;

namespace Monit.EndToEndTests;

[CollectionDefinition(nameof(UpgradeTests), DisableParallelization = true)]
public sealed class UpgradeCollection;

/// <summary>
/// An upgrade under load: processes of an earlier commit and of this one share an installation that begins with the data of
/// the earlier one. Monitors are changed through the API all the while.
/// </summary>
[Collection(nameof(UpgradeTests)), Trait("Speed", "Long")]
public sealed class UpgradeTests
{
    private const int Monitors = 600;
    private static readonly TimeSpan Phase = TimeSpan.FromMinutes(1);
    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly ChaosOptions Options = new() { Monitors = Monitors };
    private Chaos.Installation _monit = null!;
    private int _mails;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // Down from before the upgrade until after it.
    private static bool IsDown(int monitor) => monitor % 50 == 3;

    // Down and up again before the upgrade.
    private static bool WasDown(int monitor) => monitor % 50 == 7;

    [Theory, InlineData(PreviousBuild.OneFormat), InlineData(PreviousBuild.AnyAddress), InlineData(PreviousBuild.PlainChecks), InlineData(PreviousBuild.NoHistory)]
    public async Task OldAndNewProcesses_ShareAnInstallation(string commit)
    {
        using var before = PreviousBuild.Make(commit, "Monit.Api", "Monit.Alerts", "Monit.Worker");
        await using var monit = _monit = await Chaos.Installation.StartAsync(Options, before.Folder, new()
        {
            ["Monitors__FreeQuota"] = "100000",
            ["Api__RequestsPerSecond"] = "0",
            ["Monitors__MinInterval"] = "00:00:02",
            ["Telemetry__Prometheus"] = "true",
            // Its name then.
            ["Executor__AllowPrivateTargets"] = "true",
        });
        using var http = await LogInAsync();
        monit.Ids = await CreateAsync(http);
        monit.Target.IsUp = monitor => !IsDown(monitor) && !WasDown(monitor);
        await OpenAsync(monitor => IsDown(monitor) || WasDown(monitor));
        monit.Target.IsUp = monitor => !IsDown(monitor);
        await OpenAsync(IsDown);
        _mails = await MailsAsync(Count(IsDown) + 2 * Count(WasDown));

        await DateBackAsync();

        monit.Build = null;
        await monit.MigrateAsync();
        var mixed = Now();
        await monit.EnsureWorkersAsync(4);
        await HoldsAsync(http, "old API, old and new workers");

        await monit.ReplaceServicesAsync();
        await DaysBeforeAreUnknownAsync(http);
        await HoldsAsync(http, "new API, old and new workers");

        monit.Settings["Scheduling__ConfigFormat"] = "2";
        foreach (var worker in monit.Workers.ToList())
        {
            worker.Signal("TERM");
            Assert.Equal(0, await worker.ExitAsync(TimeSpan.FromSeconds(30)));
            monit.Remove(worker);
            if (monit.Workers.Count < 2)
                await monit.EnsureWorkersAsync(2);
        }
        await monit.ReplaceServicesAsync();
        await HoldsAsync(http, "format 2");
        Assert.NotEqual(0, await monit.CountConfigsAsync(" 2 {"));

        monit.Target.IsUp = _ => true;
        await OpenAsync(_ => false);
        await MailsAsync(2 * (Count(IsDown) + Count(WasDown)));
        await HistoryHoldsAsync(mixed);
    }

    // Checked in full by newer processes only.
    private static bool IsFull(int monitor) => monitor % 30 == 11;

    [Fact]
    public async Task OldProcesses_BesideMonitorsThatTheyDoNotUnderstand_DamageNothing()
    {
        using var before = PreviousBuild.Make(PreviousBuild.PlainChecks, "Monit.Api", "Monit.Alerts", "Monit.Worker");
        await using var monit = _monit = await Chaos.Installation.StartAsync(Options, before.Folder, new()
        {
            ["Monitors__FreeQuota"] = "100000",
            ["Api__RequestsPerSecond"] = "0",
            ["Monitors__MinInterval"] = "00:00:02",
            ["Network__AllowPrivateTargets"] = "true",
            ["Reconciler__Interval"] = "00:00:10",
        });
        using var http = await LogInAsync();
        monit.Ids = await CreateAsync(http);
        monit.Build = null;
        await monit.MigrateAsync();
        await monit.EnsureWorkersAsync(4);

        // As the new API writes them.
        Assert.True(ShortForm.TryParse("status eq 299 (degraded)", out var assertion, out _));
        var settings = new CheckSettings { Assertions = [assertion] };
        var full = Ids(IsFull).ToArray();
        await monit.SqlAsync(async db =>
        {
            foreach (var monitor in await db.Monitors.Where(monitor => full.Contains(monitor.Id)).ToListAsync(Ct))
                (monitor.AnyStatus, monitor.Settings, monitor.Tags, monitor.FailureThreshold, monitor.Version) = (true, settings, ["shop"], 2, monitor.Version + 1);
            return await db.SaveChangesAsync(Ct);
        });
        await OpenAsync(IsFull);

        var (began, changes) = (Time.GetTimestamp(), 0);
        while (Time.GetElapsedTime(began) < Phase)
            await ChangeAsync(http, changes++);
        Assert.True(changes > 50, $"{changes} changes");
        await HoldsFullAsync(full);
        Assert.Equal(0, await _monit.LostAsync());
        var incidents = await monit.SqlAsync(db => db.Incidents.ToListAsync(Ct));
        Assert.Equal(full, incidents.Select(incident => incident.MonitorId).Order());
        Assert.All(incidents, incident => Assert.Equal((Severity.Degraded, null), (incident.Severity, incident.EndTime)));
        // Left to newer processes of Monit.Alerts.
        Assert.Empty(monit.Inbox.Received);
        Assert.Equal(full.Length, await monit.SqlAsync(db => db.Alerts.CountAsync(alert => alert.Kind == AlertKind.Degraded && alert.Status == AlertStatus.Pending, Ct)));
        var logs = await Task.WhenAll(monit.LogFiles.Where(log => log.Contains("worker", StringComparison.Ordinal)).Select(log => File.ReadAllTextAsync(log, Ct)));
        Assert.Equal(2, logs.Count(log => log.Contains("in format 3, and this version reads up to 2", StringComparison.Ordinal)));
        Assert.All(logs, log => Assert.DoesNotMatch("(?m)^(fail|crit): (?!.*HealthChecks)|no readable entry|Corrected the incident state", log));

        await monit.ReplaceServicesAsync();
        await MailsAsync(full.Length);

        // Where Redis is lost, an older process may be the one that fills it again, without what it does not know.
        await monit.Admin.FlushAllDatabasesAsync();
        await Eventually.True(async () => await monit.CountConfigsAsync(" 3 {") == full.Length && await monit.LostAsync() == 0, "all is there in its format", 60);
        await OpenAsync(IsFull);
        await HoldsFullAsync(full);
    }

    private async Task HoldsFullAsync(Guid[] full)
    {
        var rows = await _monit.SqlAsync(db => db.Monitors.Where(monitor => full.Contains(monitor.Id)).OrderBy(monitor => monitor.Id).ToListAsync(Ct));
        Assert.All(rows, row => Assert.Equal((true, 200, "shop", 2, "status eq 299 (degraded)"),
            (row.AnyStatus, row.ExpectedStatus, row.Tags.Single(), row.FailureThreshold, ShortForm.Format(row.Settings.Assertions!.Single()))));
        await Eventually.True(async () => await _monit.CountConfigsAsync(" 3 {") == full.Length, "each is stored in full");
        await Eventually.Get(() => _monit.Schedule.ViewAsync(full, Ct), views => views.All(view => view is { Status.State: MonitorState.Degraded, Incident.IsDegraded: true }),
            "each is degraded", 60);
    }

    private static int Count(Func<int, bool> which) => Enumerable.Range(0, Monitors).Count(which);

    private async Task HoldsAsync(HttpClient http, string phase)
    {
        var completed = await CompletedAsync();
        var (began, changes) = (Time.GetTimestamp(), 0);
        while (Time.GetElapsedTime(began) < Phase)
            await ChangeAsync(http, changes++);

        Assert.True(changes > 50, $"{phase}: {changes} changes");
        Assert.Equal(0, await _monit.LostAsync());
        var since = Time.GetUtcNow().ToUnixTimeMilliseconds() - 3 * (long)Options.Interval.TotalMilliseconds;
        var seen = _monit.Requests.Since(since);
        Assert.Equal([], Enumerable.Range(0, Monitors).Where(monitor => !seen.Contains(monitor)));
        Assert.DoesNotContain(await _monit.Schedule.ViewAsync(_monit.Ids, Ct), view => view.Status?.State == MonitorState.Parked);
        await OpenAsync(IsDown);
        var incidents = await _monit.SqlAsync(db => db.Incidents.Select(incident => incident.MonitorId).ToListAsync(Ct));
        Assert.Equal(Ids(monitor => IsDown(monitor) || WasDown(monitor)), incidents.Order());
        Assert.Equal(_mails, _monit.Inbox.Received.Count);
        // Every worker has had its share, and none was in trouble. (One that is asked before its first claim says that it is not ready.)
        Assert.All((await CompletedAsync()).Zip(completed), worker => Assert.True(worker.First > worker.Second, $"{phase}: a worker was idle"));
        foreach (var log in _monit.LogFiles.Where(log => log.Contains("worker", StringComparison.Ordinal)))
            Assert.DoesNotMatch("(?m)^(fail|crit): (?!.*HealthChecks)|no readable entry|in format", await File.ReadAllTextAsync(log, Ct));
    }

    // What an owner does: a change of pace, which keeps the counters, one of what is expected, and "check now".
    private async Task ChangeAsync(HttpClient http, int turn)
    {
        var id = _monit.Ids[turn * 7 % Monitors];
        using var paced = await http.PatchAsJsonAsync($"monitors/{id}", new { timeout_sec = turn % 2 + 1 }, Ct);
        paced.EnsureSuccessStatusCode();
        if (!IsDown(turn * 7 % Monitors))
        {
            using var expecting = await http.PatchAsJsonAsync($"monitors/{id}", new { latency_threshold_ms = 50_000 + turn }, Ct);
            expecting.EnsureSuccessStatusCode();
        }
        using var check = await http.PostAsync(new Uri($"monitors/{_monit.Ids[turn % Monitors]}/check", UriKind.Relative), null, Ct);
        check.EnsureSuccessStatusCode();
    }

    // What was down and is well again was so two days ago, when nobody kept results.
    private async Task DateBackAsync()
    {
        await using var connection = await _monit.ConnectAsync();
        await using var update = new NpgsqlCommand("""
            UPDATE monitors SET created_at = created_at - interval '5 days', updated_at = updated_at - interval '5 days';
            UPDATE monitor_incidents SET start_time = start_time - interval '2 days', end_time = end_time - interval '2 days' WHERE end_time IS NOT NULL
            """, connection);
        await update.ExecuteNonQueryAsync(Ct);
    }

    private async Task DaysBeforeAreUnknownAsync(HttpClient http)
    {
        var id = Ids(WasDown).First();
        var started = (await _monit.SqlAsync(db => db.Incidents.SingleAsync(incident => incident.MonitorId == id, Ct))).StartTime;
        var uptime = await Eventually.Get(() => http.GetFromJsonAsync<JsonElement>($"monitors/{id}/uptime", Ct),
            answer => answer.GetProperty("24h").ValueKind == JsonValueKind.Number, "something is known of today");
        var days = uptime.GetProperty("days").EnumerateArray().ToList();
        Assert.Equal(90, days.Count);
        Assert.All(days.SkipLast(2), day => Assert.Equal(JsonValueKind.Null, day.GetProperty("uptime").ValueKind));
        Assert.Equal(1, days.Single(day => day.GetProperty("date").GetString() == $"{started.UtcDateTime:yyyy-MM-dd}").GetProperty("incidents").GetInt32());
        Assert.Equal(1, uptime.GetProperty("24h").GetDouble());
    }

    // Older workers record nothing: what they alone have checked twice in a row is unknown. Nothing is there twice, and once they are gone nothing is missing.
    private async Task HistoryHoldsAsync(long mixed)
    {
        var (quiet, before) = (Now(), await _monit.NotCompletedAsync());
        await Eventually.True(() => _monit.Requests.Since(quiet) is var seen && Enumerable.Range(0, Monitors).All(monitor => seen[monitor].Count() > 4), "all are checked several times", 60);
        var (until, notCompleted) = (Now(), await _monit.NotCompletedAsync() - before);
        async Task<RecordedOnce> CheckAsync(long from) => RecordedOnce.Check(_monit.Requests.Since(from), _monit.Ids,
            await Chaos.History.ReadAsync(_monit, from, sqlOnly: true), Options.Interval, Options.Timeout, [], 1, notCompleted, (from, until));
        await Eventually.Get(() => CheckAsync(quiet), all => all is { Holds: true, Recorded: > Monitors }, "all results are in SQL", 60);
        var whole = await CheckAsync(mixed);
        Assert.True(whole is { Doubled: 0, Unknown: 0, Lost: > 0 }, whole.ToString());
        Assert.NotEqual(0, await _monit.SqlAsync(db => db.MonitorSpans.CountAsync(span => span.Kind == SpanKind.Unknown && span.ToTime != null, Ct)));
    }

    private static long Now() => Time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<HttpClient> LogInAsync()
    {
        var http = new HttpClient { BaseAddress = new Uri(_monit.Api, "api/v1/") };
        using var answer = await http.PostAsJsonAsync("users/login", new { email = Chaos.Installation.Email, password = Chaos.Installation.Password }, Ct);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer",
            (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Dictionary<string, object>>(Ct))!["access_token"].ToString());
        return http;
    }

    private async Task<List<Guid>> CreateAsync(HttpClient http)
    {
        var ids = new List<Guid>();
        for (var monitor = 0; monitor < Monitors; monitor++)
        {
            using var answer = await http.PostAsJsonAsync("monitors", new
            {
                url = $"http://127.0.0.1:{_monit.Target.Port}/{monitor}",
                interval_sec = (int)Options.Interval.TotalSeconds,
                timeout_sec = (int)Options.Timeout.TotalSeconds,
            }, Ct);
            ids.Add(Guid.Parse((await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Dictionary<string, object>>(Ct))!["id"].ToString()!));
        }
        return ids;
    }

    private IEnumerable<Guid> Ids(Func<int, bool> which) => Enumerable.Range(0, Monitors).Where(which).Select(monitor => _monit.Ids[monitor]).Order();

    private async Task OpenAsync(Func<int, bool> which) => await Eventually.Get(
        () => _monit.SqlAsync(db => db.Incidents.Where(incident => incident.EndTime == null).Select(incident => incident.MonitorId).ToListAsync(Ct)),
        open => open.Order().SequenceEqual(Ids(which)), "the open incidents are those of the failing targets", 60);

    private Task<int> MailsAsync(int count) =>
        Eventually.Get(() => Task.FromResult(_monit.Inbox.Received.Count), received => received == count, $"{count} alerts are sent", 60);

    private Task<long[]> CompletedAsync() => Task.WhenAll(_monit.Workers.Select(_monit.CompletedAsync));
}
