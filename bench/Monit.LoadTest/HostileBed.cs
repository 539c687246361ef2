using Microsoft.EntityFrameworkCore;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.LoadTest;

/// <summary>
/// Honest monitors beside as many hostile ones, on a new installation for each kind. What counts is that no honest one ever
/// fails, from the worker's start on, and how late their checks are once it has got to know them.
/// </summary>
internal static class HostileBed
{
    private const int Shown = 5;

    public static async Task<List<(string Kind, Figures Figures)>> RunAsync(IReadOnlyList<string> kinds, LoadOptions options, CancellationToken ct)
    {
        var runs = new List<(string, Figures)>();
        foreach (var kind in kinds)
        {
            TestBed.Say($"{kind}, {runs.Count + 1} of {kinds.Count}");
            runs.Add((kind, await TestBed.InFolderAsync(folder => RunAsync(options with { Hostile = kind }, folder, ct))));
        }
        return runs;
    }

    private static async Task<Figures> RunAsync(LoadOptions options, string folder, CancellationToken ct)
    {
        using var redis = await RedisServer.StartAsync();
        using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var sink = await Sink.StartAsync(ct);
        var port = Server.FreePort();
        using var target = TestBed.StartPart("target", options, folder, port, null);
        using var hostile = TestBed.StartPart("hostile", options, folder, port, null);
        using var http = new HttpClient();
        await Seeding.RunAsync(options, database, redis.ConnectionString, port, port, ct);

        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true");
        var ids = Enumerable.Range(0, options.Monitors).Select(LoadOptions.Id).ToList();
        var watch = new HonestWatch(Seeding.Schedule(multiplexer, options), ids);
        var launcher = Hostility.HasNames(options.Hostile) ? await NameServer.LauncherAsync(folder, ct) : [];
        using var worker = new Worker(options, 0, folder, redis.ConnectionString, database, sink.Url, null, launcher);
        worker.Start();
        await TestBed.ReadyAsync([worker], http, ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = watch.RunAsync(stop.Token);
        await TestBed.WaitAsync("warming up", options.Warmup, ct);

        Task<Reading> ReadAsync() => Reading.TakeAsync([worker], redis.Pid, postgres.Pid, hostile.Pid, multiplexer.GetServers()[0], http, ct);
        var before = await ReadAsync();
        await TestBed.ControlAsync(http, options, port, "~start", ct);
        await TestBed.WaitAsync("measuring", options.Duration, ct);
        var seen = await TestBed.ControlAsync(http, options, port, "~stop", ct);
        var after = await ReadAsync();
        await stop.CancelAsync();
        await watching;

        await using var db = new Databases(database).CreateDbContext();
        var incidents = await db.Incidents.CountAsync(incident => ids.Contains(incident.MonitorId), ct);
        foreach (var (id, what) in watch.Failing.Take(Shown))
            TestBed.Say($"honest monitor {id}: {what}");
        return Figures(before, after, seen, watch, incidents, Usage.PeakMegabytes(worker.Pid));
    }

    private static Figures Figures(Reading before, Reading after, Seen seen, HonestWatch watch, int incidents, double peak)
    {
        double Rise(string name) => after.Metrics.GetValueOrDefault(name) - before.Metrics.GetValueOrDefault(name);
        var elapsed = TimeProvider.System.GetElapsedTime(before.At, after.At);
        return new Figures
        {
            ["honest_failing"] = watch.Failing.Count,
            ["honest_incidents"] = incidents,
            ["honest_unchecked"] = watch.Pending,
            ["honest_lag_p50_ms"] = seen.LagP50,
            ["honest_lag_p99_ms"] = seen.LagP99,
            ["honest_lag_max_ms"] = seen.LagMax,
            ["honest_missed_slots"] = seen.Missed,
            ["honest_completed"] = seen.Requests,
            ["hostile_completed"] = Rise("monit_completions_total") - seen.Requests,
            ["given_back"] = Rise("monit_checks_given_back_total"),
            ["worker_peak_rss_mb"] = Math.Round(peak),
            ["worker_cores"] = Math.Round((after.Worker.Cpu - before.Worker.Cpu) / elapsed, 2),
            ["hostile_target_cores"] = Math.Round((after.Target.Cpu - before.Target.Cpu) / elapsed, 2),
        };
    }
}
