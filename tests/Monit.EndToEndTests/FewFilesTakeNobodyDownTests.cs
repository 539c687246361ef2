using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Monit.Chaos;
using Monit.Testing;

namespace Monit.EndToEndTests;

[CollectionDefinition(nameof(FewFilesTakeNobodyDownTests), DisableParallelization = true)]
public sealed class FewFilesCollection;

/// <summary>
/// A worker that may open few files has many monitors, of which half are silent. What it lacks takes down neither an honest
/// monitor nor the process, and it says what that is.
/// </summary>
[Collection(nameof(FewFilesTakeNobodyDownTests)), Trait("Speed", "Long")]
public sealed class FewFilesTakeNobodyDownTests : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private Chaos.Installation _monit = null!;
    private Server _worker = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _monit?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task LimitFromTheStart()
    {
        await StartAsync(5000, "bash", "-c", "ulimit -n 700; exec \"$@\"", "bash");
        await HealthSaysAsync("Short of slots");
        await CheckedAsync(times: 2, seconds: 600);

        await NobodyWasDownAsync();
        Assert.Contains("The limit of open files (700)", await File.ReadAllTextAsync(_worker.LogFile, Ct), StringComparison.Ordinal);
    }

    // Not below what the runtime itself has open: without any file it can start no thread, and ends.
    [Fact]
    public async Task LimitWhileItRuns()
    {
        await StartAsync(2000);
        await CheckedAsync(times: 1, seconds: 240);
        _monit.Target.IsSilent = _ => false;
        var limit = Files(isSocket: false) + 100;
        await UntilAsync(() => Task.FromResult(Files(isSocket: true) < 60), "the silent ones are answered", 60);

        var before = Server.Run("prlimit", "--pid", Pid, "--nofile", "--raw", "--noheadings", "--output", "SOFT,HARD").Trim().Replace(' ', ':');
        Server.Run("prlimit", "--pid", Pid, $"--nofile={limit.ToString(CultureInfo.InvariantCulture)}:");
        _monit.Target.IsSilent = IsSilent;
        await HealthSaysAsync("Short of files");
        Server.Run("prlimit", "--pid", Pid, $"--nofile={before}");

        _monit.Requests.Forget(long.MaxValue);
        await CheckedAsync(times: 2, seconds: 240);
        await NobodyWasDownAsync();
    }

    private string Pid => _worker.Pid.ToString(CultureInfo.InvariantCulture);

    private int Files(bool isSocket) => Directory.GetFiles($"/proc/{Pid}/fd")
        .Count(file => (new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true) == isSocket);

    private static bool IsSilent(int monitor) => monitor % 2 == 1;

    private IEnumerable<int> Honest => Enumerable.Range(0, _monit.Ids.Count).Where(monitor => !IsSilent(monitor));

    private async Task StartAsync(int monitors, params string[] launcher)
    {
        _monit = await Chaos.Installation.StartAsync(new ChaosOptions
        {
            Monitors = monitors, Interval = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromSeconds(5), Workers = 0,
            VisibilityTimeout = TimeSpan.FromSeconds(30), ReclaimerInterval = TimeSpan.FromSeconds(5),
        });
        _monit.Target.IsSilent = IsSilent;
        _worker = _monit.StartWorker(launcher);
        await HealthSaysAsync("capacity: ");
    }

    private Task HealthSaysAsync(string what) =>
        UntilAsync(async () => (await _monit.HealthAsync(_worker)).Contains(what, StringComparison.Ordinal), $"health says '{what}'", 120);

    private Task CheckedAsync(int times, int seconds) => UntilAsync(() =>
    {
        var requests = _monit.Requests.Since(0);
        return Task.FromResult(Honest.All(monitor => requests[monitor].Count() >= times));
    }, $"every honest monitor was checked {times} times", seconds);

    // Whoever fails in the meantime counts as well.
    private Task UntilAsync(Func<Task<bool>> condition, string what, int seconds) => Eventually.True(async () =>
    {
        await LookAsync();
        Assert.True(Directory.Exists($"/proc/{Pid}"), await File.ReadAllTextAsync(_worker.LogFile, Ct));
        if (await condition())
            return true;
        await Task.Delay(Pause, TimeProvider.System, Ct);
        return false;
    }, what, seconds);

    private async Task LookAsync()
    {
        var views = await _monit.Schedule.ViewAsync(_monit.Ids, Ct);
        Assert.Empty(Honest.Where(monitor => !views[monitor].Incident.IsHealthy || views[monitor].Status is { Reason: not null })
            .Select(monitor => $"{monitor}: {views[monitor].Status?.Reason} {views[monitor].Incident}"));
    }

    private async Task NobodyWasDownAsync()
    {
        await LookAsync();
        var honest = Honest.Select(monitor => _monit.Ids[monitor]).ToList();
        Assert.Equal(0, await _monit.SqlAsync(db => db.Incidents.CountAsync(incident => honest.Contains(incident.MonitorId), Ct)));
    }
}
