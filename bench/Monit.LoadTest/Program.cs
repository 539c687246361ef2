using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Monit.LoadTest;

const int Usual = 10_000, BesideHostile = 2_000;

// This program also runs as a target and as the baseline, each in its own process.
if (Environment.GetEnvironmentVariable(TestBed.Part) is { } part && JsonSerializer.Deserialize<TestBed.PartOptions>(part) is { } own)
{
    if (own.Name == "baseline")
        await Baseline.RunAsync(own.Options, own.Port);
    else if (own.Name == "hostile")
        await new HostileTarget(own.Options.Hostile!, own.Port).RunAsync();
    else
        await new Target(own.Options, own.Port, own.Certificate is { } file ? X509CertificateLoader.LoadPkcs12CollectionFromFile(file, null) : []).RunAsync();
    return 0;
}

var monitors = Number("--monitors", $"how many monitors; default: {Usual}, with --hostile {BesideHostile} honest ones", -1, 1, 5_000_000);
var interval = Number("--interval", "seconds between two checks of a monitor", 30, 1, 3600);
var duration = Number("--duration", "seconds to measure; default: 60, with --hostile 90", -1, 1, 86_400);
var warmup = Number("--warmup", "seconds of warm-up, which then lasts until nothing is overdue; default: an interval and 10 s, with --hostile 60 s", -1, 0, 3600);
var workers = Number("--workers", "worker processes", 1, 1, 32);
var shards = Number("--shards", "Scheduling:Shards", 1, 1, 1024);
var failing = Number("--failing", "percent of the targets that answer 500", 0, 0, 100);
var refusing = Number("--refusing", "percent of the targets that refuse the connection", 0, 0, 100);
var silent = Number("--silent", "percent of the targets that never answer", 0, 0, 100);
var body = Number("--body", "bytes in a response", 2, 0, 10_000_000);
var connection = new Option<string>("--connection") { Description = "keep-alive, or a new connection for each check", DefaultValueFactory = _ => "new" };
connection.AcceptOnlyFromAmong("new", "keep-alive");
var mode = new Option<string>("--mode")
{
    Description = "check: the whole worker; claim, fetch-due: only the scripts, with and without leases; stats: reads the history of monitors among many chunks; rollup: two days of results, rolled up",
    DefaultValueFactory = _ => "check",
};
mode.AcceptOnlyFromAmong("check", "claim", "fetch-due", "stats", "rollup");
var chunks = Number("--chunks", "with --mode stats, how many chunks, of three days", 20_000_000, 1000, 200_000_000);
var tls = new Option<bool>("--tls") { Description = "targets use TLS, by a name and with a chain of three certificates; new connections are measured beside openssl s_time" };
var restart = new Option<bool>("--restart") { Description = "kill and restart the first worker at the end, and measure the time" };
var hostile = new Option<string>("--hostile") { Description = "honest monitors beside as many hostile ones with time-outs of 5 s: one kind, or all in turn. For the kinds with names the workers need a mount namespace: Linux, root" };
hostile.AcceptOnlyFromAmong([.. Hostility.Kinds, "all"]);
var oneAccount = new Option<bool>("--one-account") { Description = $"the hostile monitors belong to the account of the honest ones; else {Hostility.Accounts} others share them" };
var settings = new Option<string[]>("--set") { Description = "a further setting of the workers: --set Pipeline:JobChannelSize=2000" };
var json = new Option<FileInfo>("--json") { Description = "write the figures to this file, as one flat object" };

var command = new RootCommand("Load-tests the published worker, with redis-server, PostgreSQL and targets on this machine.")
{
    monitors, interval, duration, warmup, workers, shards, connection, failing, refusing, silent, body, tls, restart, mode, chunks, hostile, oneAccount, settings, json,
};
command.SetAction(async (parsed, ct) =>
{
    var (seconds, kind) = (parsed.GetValue(interval), parsed.GetValue(hostile));
    int Given(Option<int> option, int usual, int besideHostile) => parsed.GetValue(option) is >= 0 and var given ? given : kind is null ? usual : besideHostile;
    var options = new LoadOptions
    {
        Monitors = Given(monitors, Usual, BesideHostile), Interval = seconds, Duration = TimeSpan.FromSeconds(Given(duration, 60, 90)),
        Warmup = TimeSpan.FromSeconds(Given(warmup, seconds + 10, 60)),
        Workers = parsed.GetValue(workers), Shards = parsed.GetValue(shards), KeepAlive = parsed.GetValue(connection) == "keep-alive",
        Failing = parsed.GetValue(failing), Refusing = parsed.GetValue(refusing), Silent = parsed.GetValue(silent),
        Body = parsed.GetValue(body), Tls = parsed.GetValue(tls), Restart = parsed.GetValue(restart), Settings = parsed.GetValue(settings) ?? [],
        OneAccount = parsed.GetValue(oneAccount),
    };
    Figures figures;
    if (kind is not null)
    {
        var runs = await HostileBed.RunAsync(kind == "all" ? Hostility.Kinds : [kind], options, ct);
        Figures.Print(runs);
        figures = Figures.Join(runs);
    }
    else
    {
        figures = parsed.GetValue(mode) switch
        {
            "check" => await TestBed.RunAsync(options, ct),
            "rollup" => await RollUpLoop.RunAsync(options, ct),
            "stats" => await StatsLoop.RunAsync(parsed.GetValue(chunks), TimeSpan.FromSeconds(seconds), ct),
            var loop => await ScriptLoop.RunAsync(options, reliable: loop == "claim", ct),
        };
        figures.Print();
    }
    if (parsed.GetValue(json) is { } file)
        await figures.WriteAsync(file, ct);
});
return await command.Parse(args).InvokeAsync();

static Option<int> Number(string name, string description, int defaultValue, int min, int max)
{
    var option = new Option<int>(name) { Description = $"{description}, {min}..{max}", DefaultValueFactory = _ => defaultValue };
    option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && (result.GetValueOrDefault<int>() < min || result.GetValueOrDefault<int>() > max))
            result.AddError($"{name} must be between {min} and {max}.");
    });
    return option;
}
