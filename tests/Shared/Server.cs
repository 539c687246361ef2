using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Monit.Core.Users;

namespace Monit.Testing;

/// <summary>A server process in a folder of its own, which ends with the test run, also when that is killed.</summary>
internal sealed class Server : IDisposable
{
    // The keeper kills it as soon as our end of the standard input closes. It must not outlive it: the id would be reused.
    private const string Shell = """
        exec 3<&0 2>/dev/null
        "$@" </dev/null 3<&- >>server.log 2>&1 &
        child=$!
        (read -r gone <&3; kill -9 $child) >/dev/null 2>&1 &
        keeper=$!
        echo "$child"
        wait $child
        code=$?
        kill $keeper 2>/dev/null
        exit $code
        """;

    private readonly Process _shell;

    private Server(Process shell, string folder)
    {
        _shell = shell;
        LogFile = Path.Combine(folder, "server.log");
        Pid = int.Parse(shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public int Pid { get; }

    /// <summary>All that it has printed.</summary>
    public string LogFile { get; }

    /// <summary>User and system time, and the resident memory in bytes.</summary>
    public (TimeSpan Cpu, long Resident) Usage()
    {
        using var process = Process.GetProcessById(Pid);
        return (process.TotalProcessorTime, process.WorkingSet64);
    }

    public static Server Start(string folder, params string[] command) => Start(folder, command, []);

    public static Server Start(string folder, IEnumerable<string> command, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Shell, "sh", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Server(Process.Start(start)!, folder);
    }

    /// <param name="name">As <c>kill</c> has it: TERM, STOP, CONT.</param>
    public void Signal(string name) => Run("/bin/sh", "-c", $"kill -{name} {Pid}");

    /// <summary>Waits for its end; 128 + n is that of signal n.</summary>
    public async Task<int> ExitAsync(TimeSpan patience)
    {
        await _shell.WaitForExitAsync().WaitAsync(patience, TimeProvider.System);
        return _shell.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit(5000);
        _shell.Dispose();
    }

    /// <summary>Runs a command to its end, and returns what it printed.</summary>
    public static string Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{file} exited {process.ExitCode}: {output}{error.Result}");
    }

    /// <summary>The path of a program: on PATH, or in one of the folders where distributions hide it.</summary>
    public static string? Find(string program, params string[] folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(folders)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Leaves a test out where its server is missing: skipped on a laptop, failed where CI=true.</summary>
    public static Exception Missing(string what)
    {
        var prefix = Environment.GetEnvironmentVariable("CI") == "true" ? "" : Skip;
        return new InvalidOperationException($"{prefix}{what} is missing.");
    }

    /// <summary>Whether this is <c>./monit test --long</c>: what can be done longer or more often, is.</summary>
    public static bool IsLongRun => Environment.GetEnvironmentVariable("MONIT_TEST_LONG") == "1";

    /// <summary>Whether an exception leaves its test out. A fixture keeps it for its tests: thrown by itself, it would fail them.</summary>
    public static bool IsSkip(Exception missing) => missing.Message.StartsWith(Skip, StringComparison.Ordinal);

    // How xunit knows a skip by its exception.
    private const string Skip = "$XunitDynamicSkip$";
}
