using System.Globalization;
using System.Text.RegularExpressions;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.LoadTest;

/// <summary>A snapshot of the counters of all processes; the figures are the difference of two.</summary>
internal sealed partial record Reading(
    long At, Usage Worker, Usage Redis, Usage Postgres, Usage Target, double Commands, Dictionary<string, double> Metrics)
{
    // Commands that only the scripts call; all others are sent by clients.
    private static readonly HashSet<string> OfScripts = [.. typeof(RedisScript).GetFields().Select(field => field.GetValue(null)).OfType<RedisScript>()
        .SelectMany(script => CallPattern().Matches(script.Text)).Select(call => call.Groups[1].Value.ToLowerInvariant())];

    public static async Task<Reading> TakeAsync(
        List<Worker> fleet, int redis, int postgres, int target, IServer server, HttpClient http, CancellationToken ct)
    {
        var metrics = new Dictionary<string, double>();
        foreach (var worker in fleet)
            foreach (var line in (await http.GetStringAsync(worker.Address("/metrics"), ct)).Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
            {
                // name{attributes} value time
                var fields = line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                // Sums over all attributes except the garbage collector's generation.
                var name = line.Split('{', ' ')[0] + GenerationPattern().Match(line).Groups[1].Value;
                if (double.TryParse(fields[line.Contains('}', StringComparison.Ordinal) ? 0 : 1], CultureInfo.InvariantCulture, out var value))
                    metrics[name] = metrics.GetValueOrDefault(name) + value;
            }
        var at = TimeProvider.System.GetTimestamp();
        var usages = fleet.Select(worker => Usage.Of(worker.Pid)).ToList();
        var commands = (await server.InfoAsync("commandstats")).SelectMany(group => group)
            .Where(stat => !OfScripts.Contains(stat.Key["cmdstat_".Length..]))
            .Sum(stat => double.Parse(stat.Value.Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture));
        return new Reading(at, new Usage(TimeSpan.FromTicks(usages.Sum(usage => usage.Cpu.Ticks)), usages.Max(usage => usage.Megabytes)),
            Usage.Of(redis), Usage.Of(postgres), Usage.Of(target), commands, metrics);
    }

    public Figures Since(Reading before, TimeSpan window, Seen seen)
    {
        var elapsed = TimeProvider.System.GetElapsedTime(before.At, At);
        double Rise(string name) => Metrics.Where(m => m.Key.StartsWith(name, StringComparison.Ordinal)).Sum(m => m.Value)
            - before.Metrics.Where(m => m.Key.StartsWith(name, StringComparison.Ordinal)).Sum(m => m.Value);
        double Gen(int generation) => Rise($"dotnet_gc_collections_totalgen{generation}");
        var checks = Rise("monit_completions_total");
        return new Figures
        {
            ["checks_per_second"] = checks / elapsed.TotalSeconds,
            ["requests_per_second"] = seen.Requests / window.TotalSeconds,
            ["lag_p50_ms"] = seen.LagP50,
            ["lag_p99_ms"] = seen.LagP99,
            ["lag_max_ms"] = seen.LagMax,
            ["missed_slots"] = seen.Missed,
            ["doubled_checks"] = seen.Doubled,
            ["worker_cpu_us_per_check"] = (Worker.Cpu - before.Worker.Cpu).TotalMicroseconds / checks,
            ["redis_cpu_us_per_check"] = (Redis.Cpu - before.Redis.Cpu).TotalMicroseconds / checks,
            ["postgres_cpu_us_per_check"] = (Postgres.Cpu - before.Postgres.Cpu).TotalMicroseconds / checks,
            ["target_cpu_us_per_check"] = (Target.Cpu - before.Target.Cpu).TotalMicroseconds / checks,
            ["redis_commands_per_check"] = (Commands - before.Commands) / checks,
            ["connections_per_check"] = seen.Connections / (double)Math.Max(1, seen.Requests),
            ["allocated_bytes_per_check"] = Rise("dotnet_gc_heap_total_allocated_bytes_total") / checks,
            ["gc_pause_ms_total"] = Rise("dotnet_gc_pause_time_seconds_total") * 1000,
            ["jit_ms_total"] = Rise("dotnet_jit_compilation_time_seconds_total") * 1000,
            ["jit_methods"] = Rise("dotnet_jit_compiled_methods_total"),
            ["gc_gen0"] = Gen(0),
            ["gc_gen1"] = Gen(1),
            ["gc_gen2"] = Gen(2),
            ["fenced_off"] = Rise("monit_completions_fenced_total"),
            ["incidents_opened"] = Rise("monit_incidents_opened_total"),
            ["worker_rss_mb"] = Worker.Megabytes,
            ["redis_rss_mb"] = Redis.Megabytes,
            ["postgres_rss_mb"] = Postgres.Megabytes,
        };
    }

    [GeneratedRegex("gc_heap_generation=\"(\\w+)\"")]
    private static partial Regex GenerationPattern();

    [GeneratedRegex(@"redis\.call\('(\w+)'")]
    private static partial Regex CallPattern();
}
