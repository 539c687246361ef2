using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Monit.Chaos;
using Spectre.Console;

var names = new Argument<string[]>("fault") { Description = "the faults to inject; default: those of the short form", Arity = ArgumentArity.ZeroOrMore };
names.AcceptOnlyFromAmong([.. Fault.All.Select(fault => fault.Name)]);
var all = new Option<bool>("--all") { Description = "every fault, five times, with stores unavailable for 30 s" };
var list = new Option<bool>("--list") { Description = "print the faults" };
var repeat = new Option<int>("--repeat") { Description = "repetitions of each fault; default 1, with --all 5" };
var monitors = new Option<int>("--monitors") { Description = "how many monitors", DefaultValueFactory = _ => 2000 };
var interval = new Option<int>("--interval") { Description = "seconds between two checks of a monitor", DefaultValueFactory = _ => 3 };
var workers = new Option<int>("--workers") { Description = "worker processes", DefaultValueFactory = _ => 2 };
var visibility = new Option<int>("--visibility") { Description = "the lease in seconds", DefaultValueFactory = _ => 6 };
var away = new Option<int>("--away") { Description = "seconds for which something is unavailable; default 5, with --all 30" };
var json = new Option<FileInfo>("--json") { Description = "write the outcomes to this file" };
var command = new RootCommand("Runs a complete installation, injects faults, and counts lost, duplicate and late checks and alerts.")
{
    names, all, list, repeat, monitors, interval, workers, visibility, away, json,
};
command.SetAction(async (parsed, ct) =>
{
    if (parsed.GetValue(list))
    {
        foreach (var fault in Fault.All)
            Console.WriteLine($"{fault.Name,-20}{fault.What}");
        return 0;
    }
    var long_ = parsed.GetValue(all);
    var options = new ChaosOptions
    {
        Monitors = parsed.GetValue(monitors), Workers = parsed.GetValue(workers),
        Interval = TimeSpan.FromSeconds(parsed.GetValue(interval)), VisibilityTimeout = TimeSpan.FromSeconds(parsed.GetValue(visibility)),
        Away = TimeSpan.FromSeconds(parsed.GetValue(away) is > 0 and var given ? given : long_ ? 30 : 5),
    };
    var times = parsed.GetValue(repeat) is > 0 and var wanted ? wanted : long_ ? 5 : 1;
    var chosen = parsed.GetValue(names) is { Length: > 0 } some ? Fault.All.Where(fault => some.Contains(fault.Name)) : Fault.All;

    var (outcomes, broken) = (new List<Outcome>(), false);
    await using var monit = await Installation.StartAsync(options);
    Console.WriteLine($"monit: {options.Monitors} monitors every {options.Interval.TotalSeconds} s, {options.Workers} workers, leases of {options.VisibilityTimeout.TotalSeconds} s");
    foreach (var fault in chosen)
    {
        if (fault.Missing(monit) is { } missing)
        {
            Console.WriteLine($"monit: skipped: {fault.Name} {missing}");
            continue;
        }
        for (var time = 1; time <= times && !ct.IsCancellationRequested; time++)
        {
            try
            {
                var outcome = await Trial.RunAsync(monit, fault);
                outcomes.Add(outcome);
                Console.WriteLine($"monit: {fault.Name} {time}/{times}: {(outcome.Broken.Count == 0 ? "held" : string.Join("; ", outcome.Broken))}");
            }
            catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
            {
                broken = true;
                Console.WriteLine($"monit: {fault.Name} {time}/{times}: NOT HELD: {failure.Message}");
            }
        }
    }
    Print(outcomes);
    if (parsed.GetValue(json) is { } file)
        await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(outcomes), ct);
    return broken || outcomes.Any(outcome => outcome.Broken.Count > 0) ? 1 : 0;
});
return await command.Parse(args).InvokeAsync();

static void Print(List<Outcome> outcomes)
{
    var table = new Table { Border = TableBorder.Markdown };
    foreach (var column in (string[])["fault", "times", "lost", "missed slots", "doubled checks", "incidents", "wrong", "left open", "alerts lost", "doubled", "results", "under way", "results lost", "doubled", "unknown wrong", "chunks", "worst wait s", "median s", "peak/mean", "worker MB", "held"])
        table.AddColumn(column);
    foreach (var fault in outcomes.GroupBy(outcome => outcome.Fault))
    {
        var own = fault.ToList();
        string Sum(Func<Outcome, int> of) => own.Sum(of).ToString(CultureInfo.InvariantCulture);
        string Most(Func<Outcome, double> of) => own.Max(of).ToString("F1", CultureInfo.InvariantCulture);
        table.AddRow(fault.Key, $"{own.Count}", Sum(o => o.Lost), Sum(o => o.Schedule.Missed), Sum(o => o.Schedule.Doubled), Sum(o => o.Incidents), Sum(o => o.Wrong),
            Sum(o => o.LeftOpen), Sum(o => o.AlertsLost), Sum(o => o.AlertsDoubled),
            Sum(o => o.History.Recorded), Sum(o => o.History.Excused), Sum(o => o.History.Lost), Sum(o => o.History.Doubled), Sum(o => o.History.Unknown), Sum(o => o.Chunks), Most(o => o.Schedule.Worst.TotalSeconds), Most(o => o.Schedule.Median.TotalSeconds),
            Most(o => o.PeakToMean), Most(o => o.WorkerMegabytes), own.All(o => o.Broken.Count == 0) ? "yes" : "NO");
    }
    AnsiConsole.Profile.Width = 320;
    AnsiConsole.Write(table);
}
