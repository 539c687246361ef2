using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Monit.Core.Checks;
using Monit.Core.Checks.Http;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Probes.Runs;
using Monit.Testing;

namespace Monit.IntegrationTests.Worker;

/// <summary>What Monit itself lacks, or does wrong, is never the target's failure.</summary>
public sealed class OwnTroubleIsNoOutageTests(LocalStores stores)
{
    [Theory]
    [InlineData("files"), InlineData("ports"), InlineData("memory"), InlineData("threads")]
    public async Task Shortage_GivesTheCheckBack_AndSaysWhy(string resource)
    {
        var probe = new StubProbe { Run = () => throw new ExhaustedException(resource) };
        await using var worker = await StartAsync(probe);
        var monitor = await worker.AddAsync("http://target.invalid/");
        await Eventually.True(() => probe.Runs >= 2, "it is tried again");

        Assert.Null((await worker.ViewAsync(monitor.Id)).Status);
        Assert.Empty(await worker.IncidentsAsync(monitor.Id));
        var health = await worker.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"Short of {resource}", health.Entries["capacity"].Description, StringComparison.Ordinal);
        Assert.Single(worker.Log.Lines, line => line.Message.StartsWith($"Short of {resource}", StringComparison.Ordinal));

        probe.Run = Answer;
        await worker.StateAsync(monitor.Id, MonitorState.Up);
    }

    [Fact]
    public async Task Exception_BecomesCheckError_WithoutAnIncident_LoggedOnce()
    {
        var probe = new StubProbe { Run = () => throw new InvalidOperationException("a defect") };
        await using var worker = await StartAsync(probe);
        var monitor = await worker.AddAsync("http://target.invalid/");
        var view = await Eventually.Get(() => worker.ViewAsync(monitor.Id), view => view.Status is not null, "it is shown");
        Assert.Equal((FailureReason.CheckError, default(IncidentState)), (view.Status!.Value.Reason, view.Incident));

        // From now on at its own pace, and still without consequences.
        var runs = probe.Runs;
        await Eventually.True(() => probe.Runs > runs + 2, "it is checked at every interval");
        Assert.Empty(await worker.IncidentsAsync(monitor.Id));
        Assert.Single(worker.Log.Lines, line => line.Message.Contains("a defect", StringComparison.Ordinal));

        probe.Run = Answer;
        await Eventually.True(async () => (await worker.ViewAsync(monitor.Id)).Status is { Reason: null, State: MonitorState.Up }, "it is up");
    }

    [Fact]
    public async Task Exception_LeavesAnOpenIncidentAsItIs()
    {
        var probe = new StubProbe { Run = () => Seen(new Failure(FailureReason.NetworkError, FailureKind.Retryable), null) };
        await using var worker = await StartAsync(probe);
        var monitor = await worker.AddAsync("http://target.invalid/");
        await worker.StateAsync(monitor.Id, MonitorState.Down);

        probe.Run = () => throw new InvalidOperationException("a defect");
        await Eventually.True(async () => (await worker.ViewAsync(monitor.Id)).Status?.Reason == FailureReason.CheckError, "it is shown");
        Assert.Null(Assert.Single(await worker.IncidentsAsync(monitor.Id)).EndTime);
        Assert.Equal(MonitorState.Down, (await worker.ViewAsync(monitor.Id)).Incident.State);
    }

    [Fact]
    public async Task TimeOut_WhileTheProcessDidNotRun_IsNotCounted()
    {
        var probe = new StubProbe { Run = () => Seen(new Failure(FailureReason.Timeout, FailureKind.Retryable), null) };
        var time = new LaggingTime();
        await using var worker = await StartAsync(probe, services => services.AddSingleton<TimeProvider>(time));
        probe.Run = () =>
        {
            // As if the process had been suspended: the clock moves, and no timer has fired.
            if (time.Hold())
                return Seen(new Failure(FailureReason.Timeout, FailureKind.Retryable), null);
            return Answer();
        };
        var monitor = await worker.AddAsync("http://target.invalid/", intervalSec: 10, timeoutSec: 5);
        await worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.True(probe.Runs >= 2);
        Assert.Contains(worker.Log.Lines, line => line.Message.Contains("Short of processor", StringComparison.Ordinal));
        Assert.Empty(await worker.IncidentsAsync(monitor.Id));
    }

    private Task<WorkerHarness> StartAsync(StubProbe probe, Action<IServiceCollection>? more = null) => WorkerHarness.StartAsync(stores, services: services =>
    {
        services.RemoveAll<IProbe>().AddSingleton<IProbe>(probe);
        more?.Invoke(services);
    });

    private static Observation Answer() => Seen(null, 200);

    private static Observation Seen(Failure? failure, int? status) => new(failure, status, TimeSpan.FromMilliseconds(10), default);

    private sealed class StubProbe : IProbe
    {
        private int _runs;

        public ICheckKind Kind => HttpKind.Instance;
        public required Func<Observation> Run { get; set; }
        public int Runs => Volatile.Read(ref _runs);

        public ValueTask<Observation> RunAsync(CheckConfig spec, bool withAnswer, CancellationToken abort)
        {
            Interlocked.Increment(ref _runs);
            return new(Run());
        }
    }

    /// <summary>The system's clock, which jumps ahead once.</summary>
    private sealed class LaggingTime : TimeProvider
    {
        private long _ahead;
        private int _held;

        public bool Hold()
        {
            if (Interlocked.Exchange(ref _held, 1) != 0)
                return false;
            Interlocked.Add(ref _ahead, 2 * TimestampFrequency);
            return true;
        }

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);
    }
}
