using Monit.Chaos;
using Monit.Core.Monitors;

namespace Monit.EndToEndTests;

/// <summary>The judge of the chaos runs, on made-up requests: it must be able to find fault.</summary>
public sealed class ScheduleCheckTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly Guid Id = Guid.Parse("0193a0f0-0000-7000-8000-000000000001");
    private static readonly long Slot = Cadence.Next(Id, 1_000_000, Interval);

    private static Schedule Check(params (long At, bool Ok)[] requests) => Schedule.Check(
        requests.ToLookup(_ => 0, request => new Request(0, Slot + request.At, request.Ok)), [Id], [0], Interval,
        (Slot + 11_000, Slot + 15_000), Slot + 39_000, TimeSpan.FromSeconds(2));

    [Fact]
    public void RequestASlot_IsAllRight()
    {
        var schedule = Check((1, true), (10_001, true), (20_100, true), (30_000, true));
        Assert.Equal((0, 0, 0), (schedule.Missed, schedule.Doubled, schedule.Stray));
        Assert.Equal(TimeSpan.FromMilliseconds(5100), schedule.Worst);
    }

    [Fact]
    public void SlotWithoutARequest_IsMissed() => Assert.Equal(1, Check((1, true), (10_001, true), (30_000, true)).Missed);

    [Fact]
    public void RequestUnderWayAtTheFault_MayComeTwice()
    {
        var schedule = Check((10_001, true), (16_000, true), (20_001, true));
        Assert.Equal((1, 0), (schedule.Doubled, schedule.Stray));
    }

    [Fact]
    public void SecondDouble_IsOneTooMany() =>
        Assert.Equal((2, 1), (Check((10_001, true), (16_000, true), (16_100, true), (20_001, true)) is var s ? (s.Doubled, s.Stray) : default));

    [Fact]
    public void RequestLongAfterTheFault_MustNotComeTwice() =>
        Assert.Equal((1, 1), (Check((10_001, true), (20_001, true), (30_001, true), (30_900, true)) is var s ? (s.Doubled, s.Stray) : default));

    [Fact]
    public void RetryAfterAFailure_IsNoDouble() => Assert.Equal(0, Check((10_001, false), (10_600, true)).Doubled);
}
