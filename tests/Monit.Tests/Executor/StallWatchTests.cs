using Microsoft.Extensions.Time.Testing;
using Monit.Worker.Executor;

namespace Monit.Tests.Executor;

public sealed class StallWatchTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task ProcessThatRuns_HasNoStalls()
    {
        using var stop = new CancellationTokenSource();
        var watch = new StallWatch(_time);
        var running = watch.RunAsync(stop.Token);
        var started = _time.GetTimestamp();
        Assert.Equal(TimeSpan.Zero, watch.Since(started));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Suspension_IsSeenBeforeTheNextTick_AndAfterIt()
    {
        using var stop = new CancellationTokenSource();
        var watch = new StallWatch(_time);
        var started = _time.GetTimestamp();
        // Not yet running: no tick can be on time.
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(2.95), watch.Since(started));
        var late = _time.GetTimestamp();
        Assert.Equal(TimeSpan.Zero, watch.Since(late));

        var running = watch.RunAsync(stop.Token);
        _time.Advance(TimeSpan.FromSeconds(2));
        // The same before and after the late tick.
        Assert.Equal(TimeSpan.FromSeconds(1.95), watch.Since(late));
        Assert.Equal(TimeSpan.Zero, watch.Since(_time.GetTimestamp()));
        await stop.CancelAsync();
        await running;
    }
}
