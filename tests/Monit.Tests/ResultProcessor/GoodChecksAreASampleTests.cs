using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Storage.Schedule;
using Monit.Worker.Jobs;

namespace Monit.Tests.ResultProcessor;

/// <summary>Good checks are kept within bounds of memory and work, whatever the number of monitors.</summary>
public sealed class GoodChecksAreASampleTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Many_AreAskedForAtMostSoManyASecond()
    {
        var good = Good();
        var first = Wanted(good, 10_000);
        Assert.InRange(first, 10, 12);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(Wanted(good, 10_000), 9, 11);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.InRange(Wanted(good, 10_000), 10, 12);
    }

    [Fact]
    public void One_IsAskedForOnceInAWhile()
    {
        var (good, id) = (Good(), Guid.CreateVersion7());
        Assert.True(good.Wants(id));
        Keep(good, id);
        Assert.False(good.Wants(id));
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(good.Wants(id));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(good.Wants(id));
    }

    [Fact]
    public void Kept_IsFoundForItsVersion_AndOnlyIfItCameBefore()
    {
        var (good, id) = (Good(), Guid.CreateVersion7());
        Keep(good, id);
        Assert.Equal(At, good.Before(id, 1, At.AddSeconds(1))!.At);
        Assert.Null(good.Before(id, 2, At.AddSeconds(1)));
        Assert.Null(good.Before(id, 1, At));
        Assert.Null(good.Before(Guid.CreateVersion7(), 1, At.AddSeconds(1)));
    }

    [Fact]
    public void Memory_IsBounded_AndTheOldestGiveWay()
    {
        var good = Good(20_000);
        var ids = Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var id in ids)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Keep(good, id);
        }
        var kept = ids.Where(id => good.Before(id, 1, At.AddSeconds(1)) is not null).ToList();
        Assert.InRange(kept.Count, 10, 100);
        Assert.Equal(ids.TakeLast(kept.Count), kept);
    }

    [Fact]
    public void One_ThatComesAgain_TakesNoMoreRoom()
    {
        var (good, id) = (Good(), Guid.CreateVersion7());
        for (var i = 0; i < 1000; i++)
            Keep(good, id);
        Assert.Equal((1, 1), good.Count);
    }

    [Fact]
    public void BadOnes_OnesWithoutAnAnswer_AndAllWhereNothingIsToBeKept_AreNot()
    {
        var (good, id) = (Good(), Guid.CreateVersion7());
        Keep(good, id, answer: false);
        Keep(good, id, verdict: Verdict.Degraded(200, TimeSpan.Zero, "expected b, got a"));
        Keep(good, id, verdict: Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite));
        Assert.Null(good.Before(id, 1, At.AddSeconds(1)));
        Assert.False(Good(0).Wants(id));
    }

    private GoodChecks Good(int bytes = 1 << 20) => new(Options.Create(new GoodCheckOptions { LastGoodBytes = bytes }), _time);

    private static int Wanted(GoodChecks good, int monitors) => Enumerable.Range(0, monitors).Count(_ => good.Wants(Guid.CreateVersion7()));

    private static void Keep(GoodChecks good, Guid id, bool answer = true, Verdict? verdict = null)
    {
        var job = new CheckJob(0, new ClaimedJob(id, 0, default), default, 1, new LeaseClock(TimeProvider.System, 0, 0, TimeSpan.FromMinutes(1)))
        {
            Config = new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/"),
        };
        var seen = new Observation(null, 200, TimeSpan.FromMilliseconds(5), default)
        {
            Answer = answer ? new Answer { Url = "https://example.org/", HttpVersion = "1.1", Headers = [], Body = "ok"u8.ToArray() } : null,
        };
        good.Keep(job, seen, new Judgement(verdict ?? Verdict.Up(200, seen.Total)), At);
    }
}
