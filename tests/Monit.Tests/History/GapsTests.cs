using CsCheck;
using Monit.Core.History;
using Monit.Core.Monitors;

namespace Monit.Tests.History;

/// <summary>Time counts as unknown from the first due time that nobody answered, and late or single lost checks are no gap.</summary>
public sealed class GapsTests
{
    private static readonly Guid Id = Guid.Parse("019d5f32-9b6e-7c41-8a4f-3b1e60d2c7a5");
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ParkedRecheck = TimeSpan.FromMinutes(15);

    // A slot of the monitor.
    private static readonly DateTimeOffset Slot = Next(new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void CheckAfterCheck_IsNoGap() => Assert.Empty(Between(Up(Slot), Slot + Interval));

    [Fact]
    public void OneLostCheck_IsNoGap() => Assert.Empty(Between(Up(Slot), Slot + 2 * Interval));

    [Fact]
    public void DueTimeUnansweredForTwoIntervals_IsUnknownFromThere() =>
        Assert.Equal([new Span(Slot + Interval, Slot + 3 * Interval)], Between(Up(Slot), Slot + 3 * Interval));

    [Fact]
    public void RoundedResult_DoesNotTakeItsOwnSlotForTheNext()
    {
        // The check began 1 ms after its slot, and is stored as the tenth before it.
        var slot = Slot.AddMilliseconds(1);
        Assert.NotEqual(0, Slot.ToUnixTimeMilliseconds() % 100);
        Assert.Empty(Between(Up(slot), Slot + 2 * Interval));
    }

    [Fact]
    public void MonitStoppedForTenMinutes_IsUnknownUntilTheNextCheck()
    {
        var next = Slot.AddMinutes(10).AddSeconds(3);
        Assert.Equal([new Span(Slot + Interval, next)], Between(Up(Slot), next));
    }

    [Fact]
    public void BeforeTheFirstResult_TheLifeBeginsTheWait()
    {
        Assert.Empty(Between(null, Slot + 2 * Interval));
        Assert.Equal([new Span(Slot + Interval, Slot.AddHours(1))], Between(null, Slot.AddHours(1)));
    }

    [Fact]
    public void AfterAFailure_TheMonitorMayBeParked()
    {
        var failed = new ResultPoint(Tenths.Of(Slot), ResultCode.DnsFailure);
        var due = Slot + Interval + ParkedRecheck;
        Assert.Empty(Between(failed, due + Interval));
        Assert.Equal([new Span(due, due + 2 * Interval)], Between(failed, due + 2 * Interval));
        Assert.Empty(Gaps.Between(Id, failed, Slot, Slot.AddDays(3), Interval, null, []));
    }

    [Fact]
    public void NotJudged_IsUnknownWhateverItsLength()
    {
        var unjudged = new ResultPoint(Tenths.Of(Slot), ResultCode.NotJudged);
        Assert.Equal([new Span(Tenths.ToTime(unjudged.At), Slot + Interval)], Between(unjudged, Slot + Interval));
    }

    [Fact]
    public void Pause_IsTakenOut_AndWhatIsLeftCountsOnItsOwn()
    {
        var pause = new Span(Slot.AddMinutes(5), Slot.AddMinutes(20));
        // Late before, in time after.
        Assert.Equal([new Span(Slot + Interval, pause.From)], Between(Up(Slot), pause.To + Interval, pause));
        // In time before, late after.
        var resumed = Next(pause.To);
        Assert.Equal([new Span(resumed, resumed.AddMinutes(4))], Between(Up(pause.From - Interval), resumed.AddMinutes(4), pause));
        // Neither, though together they are long enough.
        Assert.Empty(Between(Up(pause.From - 2 * Interval), pause.To + 2 * Interval, pause));
        Assert.Empty(Between(Up(pause.From - Interval), pause.To.AddHours(1), pause with { To = DateTimeOffset.MaxValue }));
    }

    [Fact]
    public void Pause_EndsTheWaitOfAParkedMonitor()
    {
        var (failed, pause) = (new ResultPoint(Tenths.Of(Slot), ResultCode.TlsError), new Span(Slot.AddMinutes(1), Slot.AddMinutes(2)));
        Assert.Equal([new Span(Next(pause.To), Slot.AddMinutes(5))], Gaps.Between(Id, failed, Slot, Slot.AddMinutes(5), Interval, null, [pause]));
    }

    [Fact]
    public void NeighboursOfSeveralResults_AreOneSpan()
    {
        ResultPoint Unjudged(int n) => new(Tenths.Of(Slot + n * Interval), ResultCode.NotJudged);
        Assert.Equal([new Span(Tenths.ToTime(Unjudged(1).At), Tenths.ToTime(Tenths.Of(Slot + 3 * Interval)))],
            Gaps.Among(Id, Up(Slot), Slot, [Unjudged(1), Unjudged(2), Up(Slot + 3 * Interval), Up(Slot + 4 * Interval)], Interval, ParkedRecheck, []));
    }

    // By second: due at the first slot after the last result, or after a pause; a run of two intervals in which it waits is unknown.
    [Fact]
    public void AnyPauses_LeaveWhatASearchBySecondLeaves() =>
        Gen.Select(Gen.Int[0, 900], Gen.Select(Gen.Int[-100, 900], Gen.Int[1, 300]).Array[0, 4]).Sample((length, pauses) =>
        {
            var begin = DateTimeOffset.FromUnixTimeSeconds(Slot.ToUnixTimeSeconds());
            var id = WholeSeconds;
            var spans = pauses.Select(pause => new Span(begin.AddSeconds(pause.Item1), begin.AddSeconds(pause.Item1 + pause.Item2))).ToList();
            var found = Gaps.Between(id, Up(begin), begin, begin.AddSeconds(length), Interval, ParkedRecheck, spans);
            return Searched(id, begin, length, spans).SequenceEqual(found);
        });

    private static IEnumerable<Span> Searched(Guid id, DateTimeOffset begin, int length, List<Span> pauses)
    {
        DateTimeOffset? due = null;
        for (var second = 1; second <= length; second++)
        {
            var at = begin.AddSeconds(second);
            bool Paused(DateTimeOffset when) => pauses.Any(pause => pause.From <= when && when < pause.To);
            var ends = second == length || Paused(at);
            if (ends && due is { } from && at - from >= 2 * Interval)
                yield return new Span(from, at);
            if (ends)
                due = null;
            // A slot at the end of a pause is the last one of it.
            else if (due is null && Cadence.Phase(id, Interval) == at.ToUnixTimeMilliseconds() % 30_000 && !Paused(at.AddSeconds(-1)))
                due = at;
        }
    }

    /// <summary>An id whose slots are at whole seconds.</summary>
    private static Guid WholeSeconds { get; } = Enumerable.Range(0, 100_000).Select(n => new Guid(n, 0, 0, new byte[8])).First(id => Cadence.Hash(id) % 1000 == 0);

    private static ResultPoint Up(DateTimeOffset at) => new(Tenths.Of(at), 12);

    private static DateTimeOffset Next(DateTimeOffset after) => DateTimeOffset.FromUnixTimeMilliseconds(Cadence.Next(Id, after.ToUnixTimeMilliseconds(), Interval));

    private static IReadOnlyList<Span> Between(ResultPoint? last, DateTimeOffset next, params Span[] paused) => Gaps.Between(Id, last, Slot, next, Interval, ParkedRecheck, paused);
}
