using Monit.Core.History;

namespace Monit.Tests.History;

// Not the namespace of that name.
using Windows = Monit.Core.History.Windows;

/// <summary>Every result is in exactly one window, however results come.</summary>
public sealed class FilingTests
{
    private static readonly Guid Monitor = new("01a22032-d314-7da5-8055-f71b7644f7f6");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private const long Begin = 17_958_000_000;

    [Theory]
    [InlineData(5, 5), InlineData(10, 10), InlineData(30, 30), InlineData(60, 60), InlineData(3600, 60)]
    public void Windows_AreAsLongAsTheIntervalAsks(int intervalSec, int minutes)
    {
        var length = Windows.Length(TimeSpan.FromSeconds(intervalSec));
        Assert.Equal(minutes * 600, length);
        var start = Windows.StartOf(Monitor, Begin, length);
        Assert.InRange(Begin - start, 0, length - 1);
        Assert.Equal(Windows.SliceOf(Monitor), start % Windows.Grid / 10);
        // Each begins where a longer one may.
        Assert.Contains(start, Windows.Starts(Monitor, Begin - Windows.Longest, Begin, Windows.Grid));
    }

    [Fact]
    public void Results_AnyOrder_AnyPieces_AnyRepetition_AreEachInOneWindow()
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var intervals = new[] { 1, 5, 10, 30, 60, 300, 86_400 };
            var interval = TimeSpan.FromSeconds(intervals[random.Next(intervals.Length)]);
            var (at, all) = (Begin + random.Next(100_000), new List<ResultPoint>());
            for (var n = 0; n < 200; n++, at += Math.Max(1, (long)interval.TotalSeconds * 10 + random.Next(-5, 6)))
                all.Add(new ResultPoint(at, (byte)random.Next(256)));

            var (open, chunks) = (default(Window), new Dictionary<long, HashSet<ResultPoint>>());
            for (var sent = 0; sent < all.Count;)
            {
                // Some again, as after a death between commit and trim, some late, some while the interval changes.
                var (from, to) = (Math.Max(0, sent - random.Next(3) * random.Next(20)), Math.Min(all.Count, sent + 1 + random.Next(40)));
                var piece = all[from..to];
                if (random.Next(5) == 0)
                    random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(piece));
                if (random.Next(10) == 0)
                    interval = TimeSpan.FromSeconds(intervals[random.Next(intervals.Length)]);
                sent = to;
                var filing = Filing.Of(Monitor, open, piece, interval);
                Assert.Equal(filing.New.Order(ByTime), filing.New);
                foreach (var over in filing.Over)
                    Into(over.Start, over.Points);
                foreach (var late in filing.Late)
                    Into(Windows.StartOf(Monitor, late.At, Windows.Length(interval)), [late]);
                Assert.Equal(filing.Open.Points, Chunk.Decode(filing.Open.Encode(), filing.Open.Start));
                open = filing.Open;
            }
            Into(open!.Start, open.Points);
            Assert.Equal(all.ToHashSet(), chunks.Values.SelectMany(points => points).ToHashSet());

            void Into(long start, IEnumerable<ResultPoint> points)
            {
                Assert.Equal(Windows.SliceOf(Monitor), start % Windows.Grid / 10);
                Assert.All(points, point => Assert.InRange(point.At - start, 0, Windows.Longest - 1));
                if (!chunks.TryGetValue(start, out var there))
                    chunks[start] = there = [];
                there.UnionWith(points);
            }
        }
    }

    [Fact]
    public void SameResults_Again_ChangeNothing()
    {
        var points = Enumerable.Range(0, 100).Select(n => new ResultPoint(Begin + n * 600, 7)).ToArray();
        var once = Filing.Of(Monitor, null, points, Minute);
        var again = Filing.Of(Monitor, once.Open, [.. once.Open.Points], Minute);
        Assert.Same(once.Open, again.Open);
        Assert.Empty(again.New);
        Assert.Empty(again.Over);
        Assert.Equal(2, once.Over.Count);
    }

    [Fact]
    public void ResultsBeforeTheOpenWindow_AreLate()
    {
        var open = Filing.Of(Monitor, null, [new(Begin, 1)], Minute).Open;
        var late = new ResultPoint(open.Start - 1, 2);
        var filing = Filing.Of(Monitor, open, [late, new(Begin + 1, 3)], Minute);
        Assert.Equal([late], filing.Late);
        Assert.Equal([new(Begin + 1, 3)], filing.New);
        Assert.Equal(open.Start, filing.Open.Start);
    }

    private static readonly Comparer<ResultPoint> ByTime = Comparer<ResultPoint>.Create((one, other) => (one.At, one.Code).CompareTo((other.At, other.Code)));
}
