using System.Diagnostics;
using System.Globalization;

namespace Monit.LoadTest;

/// <summary>CPU time and memory of a process and its children, including the CPU time of dead ones.</summary>
internal readonly record struct Usage(TimeSpan Cpu, double Megabytes)
{
    private const int TicksPerSecond = 100;

    public static Usage Self() => Of(Environment.ProcessId);

    public static Usage Of(int pid)
    {
        var processes = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => Read($"/proc/{name}")).OfType<Stat>().ToList();
        var own = processes.Where(process => process.Pid == pid || process.Parent == pid).ToList();
        return new Usage(TimeSpan.FromSeconds((double)own.Sum(process => process.Pid == pid ? process.Ticks + process.DeadTicks : process.Ticks) / TicksPerSecond),
            (own is [var only] ? only.Resident : own.Sum(process => process.Proportional)) / 1024d);
    }

    /// <summary>The most memory that a process has had resident.</summary>
    public static double PeakMegabytes(int pid) => Line($"/proc/{pid}/status", "VmHWM:") / 1024d;

    private static Stat? Read(string folder)
    {
        try
        {
            var text = File.ReadAllText($"{folder}/stat");
            // The process name may contain any character, including parentheses.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
            return new Stat(int.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture),
                (int)Field(1), Field(11) + Field(12), Field(13) + Field(14), Line($"{folder}/smaps_rollup", "Rss:"), Line($"{folder}/smaps_rollup", "Pss:"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // With children, shared pages are counted proportionally: PostgreSQL's buffers are mapped by every backend.
    private static long Line(string file, string what) => File.ReadLines(file)
        .Where(line => line.StartsWith(what, StringComparison.Ordinal))
        .Select(line => long.Parse(line.AsSpan(what.Length).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture)).FirstOrDefault();

    private sealed record Stat(int Pid, int Parent, long Ticks, long DeadTicks, long Resident, long Proportional);
}
