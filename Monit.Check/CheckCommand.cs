using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using System.Text.Json;
using Monit.Core.Checks;
using Monit.Core.Checks.Reports;

namespace Monit.Check;

/// <summary>The command: reads its line, checks once, and prints the report.</summary>
internal static class CheckCommand
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var line = new CheckLine();
        var parsed = line.Parse(args);
        if (parsed.Action is HelpAction)
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        var problems = parsed.Errors.Select(error => error.Message).ToList();
        if (problems.Count > 0 || line.Read(parsed, problems) is not { } spec)
        {
            foreach (var problem in problems)
                await errors.WriteLineAsync($"monit check: {Terminal.Line(problem)}");
            await errors.WriteLineAsync("./monit check --help says what it takes.");
            return ExitCodes.Usage;
        }

        using var interrupt = new CancellationTokenSource();
        var signalled = default(PosixSignal?);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            signalled = signal.Signal;
            interrupt.Cancel();
        }
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var onEnd = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            return await CheckAsync(spec, parsed.GetValue(line.Json), output, interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            await errors.WriteLineAsync("monit check: interrupted before the check was over");
            return ExitCodes.Signal + (signalled == PosixSignal.SIGTERM ? 15 : 2);
        }
        catch (Exception failure)
        {
            // Monit's own trouble, such as too few files, or a setting in the environment that is wrong.
            await errors.WriteLineAsync($"monit check: nothing is known about the target: {Terminal.Line(failure.Message)}");
            return ExitCodes.NotUp;
        }
    }

    private static async Task<int> CheckAsync(CheckConfig spec, bool asJson, TextWriter output, CancellationToken ct)
    {
        using var probes = Probing.Start();
        var report = await CheckRun.RunAsync(spec, probes.Registry.RunAsync, TimeProvider.System, ct);
        if (asJson)
            await output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.CheckReport));
        else
            new ReportTable(output).Write(report);
        await output.FlushAsync(CancellationToken.None);
        return report.Success ? ExitCodes.Up : ExitCodes.NotUp;
    }
}
