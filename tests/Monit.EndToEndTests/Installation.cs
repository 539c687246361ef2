using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>A data folder and settings, for one start of Monit after another. All is fast, and one failure is an outage.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly List<MonitProcess> _processes = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-e2e-").FullName;

    /// <param name="sink">Where alerts go; none: nowhere.</param>
    public Installation(SmtpSink? sink = null)
    {
        Directory.CreateDirectory(Temporary);
        Settings = new()
        {
            ["TMPDIR"] = Temporary,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Standalone__DataDirectory"] = Data,
            ["Scheduler__Interval"] = "00:00:00.020",
            ["ResultProcessor__RetryThreshold"] = "0",
            ["ResultProcessor__FailureThreshold"] = "1",
            ["Monitors__MinInterval"] = "00:00:02",
            ["Alerts__SweepInterval"] = "00:00:00.200",
            ["Alerts__RetryDelay"] = "00:00:00.100",
            ["Alerts__SendLease"] = "00:00:06",
            ["Smtp__Timeout"] = "00:00:03",
        };
        if (sink is null)
            return;
        Settings["Smtp__Host"] = "127.0.0.1";
        Settings["Smtp__Port"] = $"{sink.Port}";
        Settings["Smtp__Security"] = "None";
    }

    /// <summary>Environment variables of the next start.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>Where the build of the next start is; null: this one.</summary>
    public string? Build { get; set; }

    public string Data => Path.Combine(_folder, "data");

    /// <summary>The folder for temporary files, which nobody else uses.</summary>
    public string Temporary => Path.Combine(_folder, "tmp");

    /// <summary>Starts Monit, and waits for nothing.</summary>
    public MonitProcess Launch(params string[] launcher)
    {
        var process = MonitProcess.Start(Settings, Build, launcher);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts Monit, and waits until it listens.</summary>
    public async Task<MonitProcess> StartAsync()
    {
        var process = Launch();
        await process.ListeningAsync();
        return process;
    }

    /// <summary>Starts Monit, which must refuse to, in one line for the user.</summary>
    /// <returns>That line.</returns>
    public async Task<string> RefusalAsync(params string[] launcher)
    {
        var process = Launch(launcher);
        Assert.Equal(1, await process.ExitAsync());
        Assert.DoesNotContain(process.Output, line => line.Contains("   at ", StringComparison.Ordinal)
            || line.StartsWith("Monit listens", StringComparison.Ordinal));
        var error = Assert.Single(process.Errors);
        Assert.StartsWith("monit: ", error, StringComparison.Ordinal);
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
            // Shown where the test fails.
            TestContext.Current.TestOutputHelper?.WriteLine($"--- Monit printed:\n{process.Everything}");
        }
        Directory.Delete(_folder, recursive: true);
    }
}
