using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Monit.Testing;
using Spectre.Console;
using StackExchange.Redis;

namespace Monit.LoadTest;

/// <summary>Runs stores, targets and workers in processes of their own, and measures them for a while.</summary>
internal static class TestBed
{
    public const string Part = "MONIT_LOADTEST_PART";

    /// <summary>The options of this program's other processes.</summary>
    public sealed record PartOptions(string Name, LoadOptions Options, int Port, string? Certificate);

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromMinutes(10);

    public static Task<Figures> RunAsync(LoadOptions options, CancellationToken ct) => InFolderAsync(folder => RunAsync(options, folder, ct));

    public static async Task<Figures> InFolderAsync(Func<string, Task<Figures>> run)
    {
        var folder = Directory.CreateTempSubdirectory("monit-load-").FullName;
        try
        {
            return await run(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Figures> RunAsync(LoadOptions options, string folder, CancellationToken ct)
    {
        Say($"starting redis-server, PostgreSQL and {options.Monitors} targets");
        using var redis = await RedisServer.StartAsync("--auto-aof-rewrite-min-size", "4gb");
        using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var sink = await Sink.StartAsync(ct);
        var (port, closed) = (Server.FreePort(), Server.FreePort());
        var certificate = options.Tls ? Certificate.Create(folder) : null;
        using var target = StartPart("target", options, folder, port, certificate);
        using var http = new HttpClient();

        var seeding = await Seeding.RunAsync(options, database, redis.ConnectionString, port, closed, ct);
        Say($"created in {seeding.TotalSeconds:F1} s");
        var baseline = await BaselineAsync(options, Path.Combine(folder, "before"), port, certificate, ct);
        var openssl = OpenSsl(options, port, certificate);
        Say($"starting {options.Workers} worker(s)");
        var fleet = Enumerable.Range(0, options.Workers).Select(number => new Worker(options, number, folder, redis.ConnectionString, database, sink.Url, certificate)).ToList();
        try
        {
            fleet.ForEach(worker => worker.Start());
            await ReadyAsync(fleet, http, ct);
            await WaitAsync("warming up", options.Warmup, ct);
            await using var multiplexer = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true,asyncTimeout=60000");
            var catchUp = await CatchUpAsync(multiplexer, options, ct);
            var server = multiplexer.GetServers()[0];
            Reading before = await Reading.TakeAsync(fleet, redis.Pid, postgres.Pid, target.Pid, server, http, ct);
            await ControlAsync(http, options, port, "~start", ct);
            var started = Time.GetTimestamp();
            await WaitAsync("measuring", options.Duration, ct);
            var elapsed = Time.GetElapsedTime(started);
            var seen = await ControlAsync(http, options, port, "~stop", ct);
            var after = await Reading.TakeAsync(fleet, redis.Pid, postgres.Pid, target.Pid, server, http, ct);

            var figures = after.Since(before, elapsed, seen);
            figures["lost"] = await LostAsync(multiplexer, options);
            await Recorded.AddAsync(figures, Path.Combine(folder, "target", Target.Arrivals), Seeding.Schedule(multiplexer, options), database, ct);
            figures["seed_seconds"] = seeding.TotalSeconds;
            figures["catch_up_seconds"] = catchUp.TotalSeconds;
            if (options.Restart)
                figures["restart_seconds"] = (await RestartAsync(fleet[0], http, options, port, ct)).TotalSeconds;
            fleet.ForEach(worker => worker.Dispose());
            AddBaseline(figures, baseline, await BaselineAsync(options, Path.Combine(folder, "after"), port, certificate, ct));
            if (openssl is { } first && OpenSsl(options, port, certificate) is { } second)
            {
                figures["openssl_cpu_us_per_connection"] = (first + second) / 2;
                figures["ratio_to_openssl"] = (double)figures["worker_cpu_us_per_check"] / ((first + second) / 2);
            }
            Describe(figures, options);
            return figures;
        }
        finally
        {
            fleet.ForEach(worker => worker.Dispose());
        }
    }

    public static Server StartPart(string name, LoadOptions options, string folder, int port, string? certificate)
    {
        var own = Path.Combine(folder, name);
        Directory.CreateDirectory(own);
        return Server.Start(own, ["dotnet", Path.Combine(AppContext.BaseDirectory, "Monit.LoadTest.dll")], new Dictionary<string, string>
        {
            [Part] = JsonSerializer.Serialize(new PartOptions(name, options, port, certificate)),
            ["SSL_CERT_FILE"] = certificate is null ? "" : Certificate.Root(certificate),
            // The target does little per read, so it can run on the socket thread.
            ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = name == "target" ? "1" : "0",
        });
    }

    private static async Task<Baseline.Result> BaselineAsync(LoadOptions options, string folder, int port, string? certificate, CancellationToken ct)
    {
        Say("measuring a bare HTTP loop against the same targets");
        using var baseline = StartPart("baseline", options, folder, port, certificate);
        await baseline.ExitAsync(TimeSpan.FromMinutes(2));
        return JsonSerializer.Deserialize<Baseline.Result>(await File.ReadAllTextAsync(baseline.LogFile, ct))!;
    }

    private static double? OpenSsl(LoadOptions options, int port, string? certificate)
    {
        if (certificate is null || options.KeepAlive)
            return null;
        Say("measuring openssl s_time -new against the same targets");
        return OpenSslLoop.CpuMicroseconds(port, Certificate.Root(certificate));
    }

    // Measured before and after the window, since the load of the machine by others changes within minutes.
    private static void AddBaseline(Figures figures, Baseline.Result before, Baseline.Result after)
    {
        var cpu = (before.CpuMicroseconds + after.CpuMicroseconds) / 2;
        figures["baseline_requests_per_second"] = (before.PerSecond + after.PerSecond) / 2;
        figures["baseline_cpu_us_per_check"] = cpu;
        figures["baseline_cpu_us_before"] = before.CpuMicroseconds;
        figures["baseline_cpu_us_after"] = after.CpuMicroseconds;
        figures["baseline_allocated_bytes_per_check"] = (before.AllocatedBytes + after.AllocatedBytes) / 2;
        figures["ratio_to_baseline"] = (double)figures["worker_cpu_us_per_check"] / cpu;
    }

    public static async Task ReadyAsync(List<Worker> fleet, HttpClient http, CancellationToken ct)
    {
        foreach (var worker in fleet)
        {
            try
            {
                await Eventually.Get(() => HealthAsync(worker, http, ct), health => health == "Healthy", "the worker is healthy", 60);
            }
            catch (TimeoutException failure)
            {
                throw new InvalidOperationException($"{failure.Message}\n{worker.Log}", failure);
            }
        }
    }

    private static async Task<string> HealthAsync(Worker worker, HttpClient http, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(worker.Address("/health"), ct);
            return await answer.Content.ReadAsStringAsync(ct);
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }

    public static async Task<Seen> ControlAsync(HttpClient http, LoadOptions options, int port, string what, CancellationToken ct)
    {
        // This process does not trust the target's certificate.
        using var own = options.Tls ? new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }) : null;
        using var answer = await (own ?? http).GetAsync(new Uri($"{(options.Tls ? "https" : "http")}://127.0.0.1:{port}/{what}"), ct);
        var seen = await answer.Content.ReadAsStringAsync(ct);
        return seen == "{}" ? new Seen(0, 0, 0, 0, 0, 0, 0) : JsonSerializer.Deserialize<Seen>(seen)!;
    }

    private static async Task<TimeSpan> RestartAsync(Worker worker, HttpClient http, LoadOptions options, int port, CancellationToken ct)
    {
        Say("killing and starting a worker");
        worker.Dispose();
        await ControlAsync(http, options, port, "~start", ct);
        var started = Time.GetTimestamp();
        worker.Start();
        while ((await ControlAsync(http, options, port, "~stop", ct)).Requests == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), Time, ct);
        return Time.GetElapsedTime(started);
    }

    // Monitors that became due during creation and start must not count towards the measured rate.
    private static async Task<TimeSpan> CatchUpAsync(ConnectionMultiplexer redis, LoadOptions options, CancellationToken ct)
    {
        var started = Time.GetTimestamp();
        while (await OverdueAsync(redis, options) is > 0 and var overdue && Time.GetElapsedTime(started) < CatchUpLimit)
        {
            Say($"{overdue} monitors are more than half a second overdue");
            await Task.Delay(TimeSpan.FromSeconds(2), Time, ct);
        }
        return Time.GetElapsedTime(started);
    }

    private static async Task<long> OverdueAsync(ConnectionMultiplexer redis, LoadOptions options)
    {
        var overdue = 0L;
        for (var shard = 0; shard < options.Shards; shard++)
            overdue += (long)await redis.GetDatabase().ScriptEvaluateAsync(
                "local time = redis.call('TIME') return redis.call('ZCOUNT', KEYS[1], '-inf', time[1] * 1000 + time[2] / 1000 - 500)", [$"monit:{{{shard}}}:schedule"]);
        return overdue;
    }

    // Monitors in neither set are lost. One script per shard, which takes some seconds with a million monitors.
    private static async Task<long> LostAsync(ConnectionMultiplexer redis, LoadOptions options)
    {
        var known = 0L;
        for (var shard = 0; shard < options.Shards; shard++)
            known += (long)await redis.GetDatabase().ScriptEvaluateAsync(
                "return redis.call('ZUNIONSTORE', KEYS[3], 2, KEYS[1], KEYS[2]) - (redis.call('DEL', KEYS[3]) - 1)",
                [$"monit:{{{shard}}}:schedule", $"monit:{{{shard}}}:inflight", $"monit:{{{shard}}}:counted"]);
        return options.Monitors - known;
    }

    private static void Describe(Figures figures, LoadOptions options)
    {
        figures["monitors"] = options.Monitors;
        figures["interval_s"] = options.Interval;
        figures["duration_s"] = options.Duration.TotalSeconds;
        figures["workers"] = options.Workers;
        figures["shards"] = options.Shards;
        figures["connection"] = options.KeepAlive ? "keep-alive" : "new";
        figures["failing_percent"] = options.Failing;
        figures["refusing_percent"] = options.Refusing;
        figures["silent_percent"] = options.Silent;
        figures["body_bytes"] = options.Body;
        figures["tls"] = options.Tls;
    }

    public static Task WaitAsync(string what, TimeSpan length, CancellationToken ct) =>
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn()).StartAsync(async progress =>
        {
            var bar = progress.AddTask(what, maxValue: Math.Max(1, length.TotalSeconds));
            for (var started = Time.GetTimestamp(); Time.GetElapsedTime(started) is var passed && passed < length; bar.Value = passed.TotalSeconds)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1000, Math.Max(1, (length - passed).TotalMilliseconds))), Time, ct);
            bar.Value = bar.MaxValue;
        });

    public static void Say(string text) => AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"monit: {text}"));
}
