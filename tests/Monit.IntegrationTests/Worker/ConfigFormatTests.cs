using Microsoft.Extensions.Logging;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Worker;

/// <summary>Configurations in the formats that this version writes, and in one of a later version.</summary>
public sealed class ConfigFormatTests(LocalStores stores) : IAsyncLifetime
{
    private const string Newer = "60000 5000 99 what a later version writes";
    private readonly ScriptedTarget _target = new();
    private IDatabase _db = null!;

    public async ValueTask InitializeAsync() => _db = (await stores.RedisAsync()).GetDatabase();

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    [Theory, InlineData("1", " 200 - http"), InlineData("2", " 2 {\"url\":\"http")]
    public async Task Format_IsASetting(string format, string text)
    {
        await using var worker = await WorkerHarness.StartAsync(stores, settings: new() { ["Scheduling:ConfigFormat"] = format });
        var monitor = await worker.AddAsync(_target.Url);
        await worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.Contains(text, await TextAsync(worker, "config", monitor.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Format_SwitchedOnWhileAMonitorIsDown_ChangesNothing()
    {
        _target.Answer = ScriptedTarget.Status(500);
        var (database, prefix) = (await stores.NewDatabaseAsync(), LocalStores.NewPrefix());
        await using var before = await WorkerHarness.StartAsync(stores, database, prefix: prefix);
        var monitor = await before.AddAsync(_target.Url);
        await before.StateAsync(monitor.Id, MonitorState.Down);
        await before.StopAsync();

        await using var after = await WorkerHarness.StartAsync(stores, database, prefix: prefix, settings: new() { ["Scheduling:ConfigFormat"] = "2" });
        await after.ChangeAsync(monitor.Id, m => m.TimeoutSec = 2);
        Assert.Contains(" 2 {", await TextAsync(after, "config", monitor.Id), StringComparison.Ordinal);
        _target.Answer = ScriptedTarget.Status(200);
        await after.StateAsync(monitor.Id, MonitorState.Up);
        Assert.NotNull(Assert.Single(await after.IncidentsAsync(monitor.Id)).EndTime);
    }

    [Fact]
    public async Task NewerFormat_IsGivenBackUntouched_AndSaidOnce()
    {
        await using var worker = await WorkerHarness.CreateAsync(stores);
        var (newer, changed) = (await AddNewerAsync(worker), await AddNewerAsync(worker));
        var before = (await AllAsync(worker, newer), await AllAsync(worker, changed));
        await worker.ChangeAsync(changed, m => m.Url = _target.Url + "other", sync: false);
        await worker.StartAsync();

        // Claimed and given back, again and again, while the Reconciler sweeps and sends what Redis lacks.
        var dues = new HashSet<double>();
        await Eventually.True(async () => await _db.SortedSetScoreAsync(worker.Schedule.Keys.For(0, "schedule"), newer.ToString()) is { } due
            && dues.Add(due) && dues.Count == 3, "it is given back twice");

        Assert.Equal(before, (await AllAsync(worker, newer), await AllAsync(worker, changed)));
        Assert.Empty(_target.Requests);
        Assert.Empty(await worker.IncidentsAsync(newer));
        Assert.Equal(1, await worker.Sql(db => Task.FromResult(db.Monitors.Single(m => m.Id == changed).SyncedVersion)));
        Assert.Contains("2 monitors of a claim are stored in format 99, and this version reads up to 3",
            Assert.Single(worker.Log.Lines, line => line.Level >= LogLevel.Warning).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewerFormat_GivesOtherWorkersAHeadStart()
    {
        await using var worker = await WorkerHarness.CreateAsync(stores);
        await AddNewerAsync(worker);
        await worker.StartAsync();
        await Eventually.True(() => worker.Log.Lines.Any(line => line.Message.Contains("in format 99", StringComparison.Ordinal)), "it is claimed");

        var time = (RedisValue[])(await _db.ExecuteAsync("TIME"))!;
        var monitor = await worker.AddAsync(_target.Url, intervalSec: 3600);
        var view = await worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.InRange(view.Status!.Value.CheckedAt, (long)time[0] * 1000 + 1000, long.MaxValue);
    }

    // Failing, as a newer worker has found it.
    private async Task<Guid> AddNewerAsync(WorkerHarness worker)
    {
        var id = (await worker.AddAsync(_target.Url)).Id;
        foreach (var (name, text) in ((string, string)[])[("config", $"1 {Newer}"), ("status", "2 500 1 UNEXPECTED_STATUS 1"), ("incident", "1 0 1 1 0 0 0")])
            await _db.HashSetAsync(worker.Schedule.Keys.For(0, name), id.ToString(), text);
        return id;
    }

    private async Task<string?> TextAsync(WorkerHarness worker, string hash, Guid id) =>
        await _db.HashGetAsync(worker.Schedule.Keys.For(0, hash), id.ToString());

    private async Task<string> AllAsync(WorkerHarness worker, Guid id) =>
        string.Join('\n', await Task.WhenAll(((string[])["config", "status", "incident"]).Select(hash => TextAsync(worker, hash, id))));
}
