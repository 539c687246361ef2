using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Worker.Completer;
using Monit.Worker.Telemetry;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>Not in parallel with other tests, whose hosts listen to the instruments.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationCollection;

[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Fact]
    public void Success_AllocatesNothing_WhenNothingListens()
    {
        using var services = new ServiceCollection().AddMetrics().AddSingleton<PipelineMetrics>().BuildServiceProvider();
        var metrics = services.GetRequiredService<PipelineMetrics>();
        var tracing = new CheckTracing(Options.Create(new TelemetryOptions { SuccessRatio = 1 }), TimeProvider.System);
        var seen = new Observation(null, 200, TimeSpan.FromMilliseconds(20), new Phases(1000, 2000, 8000, 8500, 500));
        var done = TraceTests.Checked(Verdict.Up(200, seen.Total), seen: seen);
        var outcome = new Outcome(MonitorState.Up, default, NextCheck.Slot, IncidentChange.None);

        Run(1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                metrics.Claims.Add(1);
                metrics.ScheduleLag.Record(0.1);
                metrics.RecordCheck(Judge.Of(done.Job.Config, seen, DateTimeOffset.UnixEpoch).Verdict, seen);
                tracing.Start(done, outcome, 0);
                tracing.EndWritten(done.Job, "complete", false, 0, default);
                metrics.Completions.Add(1);
            }
        }
    }
}
