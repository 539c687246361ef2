using Monit.Chaos;
using Monit.Core.History;
using Monit.Core.Monitors;

namespace Monit.EndToEndTests;

/// <summary>What chaos says of results must be able to fail: each kind of defect is seen, and what a fault explains is none.</summary>
public sealed class RecordedOnceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly Guid Id = Guid.Parse("01900000-0000-7000-8000-000000000001");
    // A slot; the fault is two minutes later.
    private static readonly long Begin = Cadence.Next(Id, 1_700_000_000_000, Interval);
    private static readonly long Fault = Begin + 120_000;

    private readonly List<Request> _requests = [.. Enumerable.Range(0, 80).Select(n => new Request(0, Begin + n * 3000 + 40, true))];
    private readonly List<ResultPoint> _points = [.. Enumerable.Range(0, 80).Select(n => new ResultPoint((Begin + n * 3000 + 20) / 100, 3))];
    private readonly List<Span> _unknown = [];

    [Fact]
    public void AllRecorded_Holds() => Assert.Equal((true, 0), (Check().Holds, Check().Excused));

    [Fact]
    public void ResultMissing_IsLost_UnlessItWasUnderWayAtTheFault()
    {
        _points.RemoveAt(20);
        Assert.Equal((1, 0), (Check().Lost, Check().Excused));
        _points.Insert(20, new ResultPoint((Begin + 20 * 3000) / 100, 3));
        _points.RemoveAt(40);
        Assert.Equal((0, 1), (Check().Lost, Check().Excused));
        // A monitor has one check at a time.
        _points.RemoveAt(40);
        Assert.Equal((1, 1), (Check().Lost, Check().Excused));
    }

    [Fact]
    public void CheckGivenUpByMonit_IsNotLost()
    {
        _points.RemoveAt(20);
        Assert.Equal((0, 1), (Check(notCompleted: 1).Lost, Check(notCompleted: 1).Excused));
        _requests[20].IsGone = true;
        Assert.True(Check().Holds);
    }

    [Theory, InlineData(-1), InlineData(0), InlineData(1), InlineData(12)]
    public void ResultTwice_IsDoubled(int tenthsLater)
    {
        _points.Insert(31, new ResultPoint(_points[30].At + tenthsLater, 4));
        Assert.Equal((0, 1), (Check().Lost, Check().Doubled));
    }

    [Fact]
    public void ResultThatNoTargetSaw_IsDoubled_UnlessItSaysSo()
    {
        _requests.RemoveAt(30);
        Assert.Equal(1, Check().Doubled);
        _points[30] = _points[30] with { Code = ResultCode.NetworkError };
        Assert.True(Check().Holds);
    }

    [Fact]
    public void WrongOutcome_IsSeen()
    {
        _points[30] = _points[30] with { Code = ResultCode.UnexpectedStatus };
        Assert.Equal((1, 1), (Check().Lost, Check().Doubled));
    }

    [Fact]
    public void Gap_MustBeSaidToBeUnknown_AndOnlyThen()
    {
        _points.RemoveRange(30, 3);
        _requests.RemoveRange(30, 3);
        Assert.Equal(1, Check().Unknown);
        _unknown.Add(new Span(At(30), Tenths.ToTime(_points[30].At)));
        Assert.True(Check().Holds);
        _unknown.Add(new Span(At(20), At(21)));
        Assert.NotEqual(0, Check().Unknown);
        _unknown[1] = new Span(At(19), At(22));
        Assert.NotEqual(0, Check().Unknown);
    }

    private static DateTimeOffset At(int slot) => DateTimeOffset.FromUnixTimeMilliseconds(Begin + slot * 3000);

    private RecordedOnce Check(long notCompleted = 0) => RecordedOnce.Check(_requests.ToLookup(request => request.Monitor), [Id],
        new Chaos.History([[.. _points.OrderBy(point => point.At)]], _unknown.ToLookup(_ => Id)), Interval, Timeout, [(Fault - 3000, Fault + 3001)], 1, notCompleted, (Begin, Begin + 240_000));
}
