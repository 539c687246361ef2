using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>Monit.Standalone as a process of its own. It ends with the test, also when that is killed.</summary>
internal sealed partial class MonitProcess : IAsyncDisposable
{
    // The keeper kills it as soon as our end of the standard input closes. It must not outlive it: the id would be reused.
    private const string Shell = """
        exec 3<&0
        "$@" </dev/null 3<&- &
        child=$!
        (read -r gone <&3; kill -9 $child) >/dev/null 2>&1 &
        keeper=$!
        echo "pid $child"
        wait $child
        code=$?
        kill $keeper 2>/dev/null
        exit $code
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _shell;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly TaskCompletionSource<int> _pid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MonitProcess(Process shell) => _shell = shell;

    /// <summary>Where it listens; known once <see cref="ListeningAsync"/> is through.</summary>
    public string Url => _url.Task.Result;

    /// <summary>The lines on standard output, the log among them.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>The lines on standard error.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>All that it has printed.</summary>
    public string Everything => string.Join('\n', _output.Concat(_errors));

    /// <param name="launcher">A command that ends in running another; none: Monit is run as it is.</param>
    /// <param name="build">Where a build of Monit is; null: this one.</param>
    public static MonitProcess Start(IEnumerable<KeyValuePair<string, string>> environment, string? build, params string[] launcher)
    {
        // The runtime that runs the tests, wherever it is installed.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", "dotnet"));
        var program = Path.Combine(build ?? AppContext.BaseDirectory, "Monit.Standalone.dll");
        var start = new ProcessStartInfo("/bin/sh", ["-c", Shell, "sh", .. launcher, dotnet, program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = new MonitProcess(new Process { StartInfo = start });
        process._shell.OutputDataReceived += (_, line) => process.OnOutput(line.Data);
        process._shell.ErrorDataReceived += (_, line) => process.OnError(line.Data);
        process._shell.Start();
        process._shell.BeginOutputReadLine();
        process._shell.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until it says where it listens.</summary>
    public async Task ListeningAsync()
    {
        try
        {
            await _url.Task.WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Monit does not start:\n{Everything}");
        }
    }

    /// <summary>Waits for its end, and for the last of its output.</summary>
    public async Task<int> ExitAsync()
    {
        try
        {
            await _shell.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Monit does not end:\n{Everything}");
        }
        return _shell.ExitCode;
    }

    /// <summary>Its process, which may be in namespaces of its own.</summary>
    public Task<int> PidAsync() => _pid.Task.WaitAsync(Patience, TimeProvider.System);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        using (var monit = Process.GetProcessById(await _pid.Task.WaitAsync(Patience, TimeProvider.System)))
            monit.Kill();
        await ExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    public async Task TerminateAsync() =>
        Server.Run("/bin/sh", "-c", $"kill -TERM {await _pid.Task.WaitAsync(Patience, TimeProvider.System)}");

    public Task SaysAsync(string text) =>
        Eventually.True(() => Output.Any(line => line.Contains(text, StringComparison.Ordinal)), $"the log says '{text}'");

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        _shell.Dispose();
    }

    private void OnOutput(string? line)
    {
        if (line is null)
            _url.TrySetException(new Xunit.Sdk.XunitException($"Monit ended before it listened:\n{Everything}"));
        else if (_output.IsEmpty && !_pid.Task.IsCompleted)
            _pid.SetResult(int.Parse(line.AsSpan("pid ".Length), provider: null));
        else
        {
            _output.Enqueue(line);
            if (Listens().Match(line) is { Success: true } match)
                _url.TrySetResult(match.Groups["url"].Value);
        }
    }

    private void OnError(string? line)
    {
        if (line is not null)
            _errors.Enqueue(line);
    }

    [GeneratedRegex(@"^Monit listens on (?<url>http://\S+) and keeps its data in /")]
    private static partial Regex Listens();
}
