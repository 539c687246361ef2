using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Worker;

/// <summary>Checks that take longer than a lease, and jobs that wait too long for a permit.</summary>
[Trait("Speed", "Slow")]
public sealed class LeaseTests(LocalStores stores) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private readonly ScriptedTarget _target = new();
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask InitializeAsync()
    {
        _target.Answer = async (stream, request, ct) =>
        {
            await _answer.Task.WaitAsync(ct);
            return await ScriptedTarget.Status(200)(stream, request, ct);
        };
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    [Fact]
    public async Task LongCheck_KeepsItsLease_WhichIsNeverLongerThanTheVisibilityTimeout()
    {
        await using var worker = await StartAsync(permits: 10);
        var monitor = await worker.AddAsync(_target.Url, intervalSec: 3600, timeoutSec: 30);
        await Eventually.True(() => _target.Requests.Count == 1, "the check has begun");

        var deadlines = new HashSet<double>();
        await Eventually.True(async () =>
        {
            var (deadline, now) = await LeaseOfAsync(worker, monitor.Id);
            Assert.InRange(deadline, now, now + Lease.TotalMilliseconds + 1);
            return deadlines.Add(deadline) && deadlines.Count == 3;
        }, "the lease is renewed, and again");

        _answer.SetResult();
        await worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.Single(_target.Requests);
    }

    [Fact]
    public async Task JobThatWaitedTooLong_IsReleasedUnchecked()
    {
        await using var worker = await StartAsync(permits: 2);
        var (hang, answer) = (_target.Answer, ScriptedTarget.Status(200));
        _target.Answer = answer;
        // Once they have answered quickly, monitors may take any permit.
        var monitors = new List<Guid>();
        for (var i = 0; i < 3; i++)
            monitors.Add((await worker.AddAsync(_target.Url, 3600, 30)).Id);
        foreach (var id in monitors)
            await worker.StateAsync(id, MonitorState.Up);
        _target.Answer = hang;
        await worker.Sync.CheckNowAsync(monitors[0], TestContext.Current.CancellationToken);
        await worker.Sync.CheckNowAsync(monitors[1], TestContext.Current.CancellationToken);
        await Eventually.True(() => _target.Requests.Count == 5, "both permits are taken");
        await worker.Sync.CheckNowAsync(monitors[2], TestContext.Current.CancellationToken);
        var deadlines = new HashSet<double>();
        await Eventually.True(async () => (await LeaseOfAsync(worker, monitors[2])).Deadline is > 0 and var deadline
            && deadlines.Add(deadline) && deadlines.Count == 2, "the third has waited too long, and is claimed again");

        _answer.SetResult();
        await Eventually.True(() => _target.Requests.Count == 6, "it is checked after all");
        await worker.SettleAsync();
        Assert.Equal(6, _target.Requests.Count);
    }

    private Task<WorkerHarness> StartAsync(int permits) => WorkerHarness.StartAsync(stores, settings: new()
    {
        ["Scheduler:VisibilityTimeout"] = Lease.ToString(),
        ["Executor:HttpSemaphoreCount"] = $"{permits}",
    });

    private static async Task<(double Deadline, double Now)> LeaseOfAsync(WorkerHarness worker, Guid id)
    {
        var reply = (RedisResult[])(await worker.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().ScriptEvaluateAsync(
            "local t = redis.call('TIME') return { redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0', t[1] * 1000 + math.floor(t[2] / 1000) }",
            [worker.Schedule.Keys.For(0, "inflight")], [id.ToString()]))!;
        return ((double)reply[0], (double)reply[1]);
    }
}
