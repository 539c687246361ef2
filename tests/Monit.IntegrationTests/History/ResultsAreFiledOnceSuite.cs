using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Data;
using Monit.Storage.History;
using Monit.Storage.Schedule;

namespace Monit.IntegrationTests.History;

// Not the namespace of that name.
using Windows = Monit.Core.History.Windows;

/// <summary>Results that are filed again, late, in pieces or by two at once are in SQL once.</summary>
public abstract class ResultsAreFiledOnceSuite(Func<Task<SqlStore>> create) : SqlSuite(create)
{
    private static readonly DateTimeOffset Noon = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Noon);

    private readonly HistoryRetentionOptions _kept = new();

    private ResultStore Store => new(Factory, Resilience, Options.Create(new DecisionRules()), Options.Create(_kept), _time);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await using var db = Factory.CreateDbContext();
        await db.Settings.Where(s => s.Key == "history.since").ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, "2026-11-01T00:00:00Z"), Ct);
    }

    private Task<UptimeMonitor> MonitorAsync(int intervalSec = 60, DateTimeOffset? created = null) => AddMonitorAsync(m => m.IntervalSec = intervalSec, created ?? Noon.AddHours(-5));

    private async Task<UptimeMonitor> AddMonitorAsync(Action<UptimeMonitor> change, DateTimeOffset created)
    {
        var like = await base.AddMonitorAsync();
        var monitor = new UptimeMonitor { Id = Guid.CreateVersion7(), UserId = like.UserId, Url = like.Url, IntervalSec = 60, TimeoutSec = 5, CreatedAt = created };
        change(monitor);
        await SaveAsync(monitor);
        return monitor;
    }

    // Of each slot since a time, minutes from noon.
    private static ResultPoint[] Slots(UptimeMonitor monitor, double from, double to, byte code = 20)
    {
        var points = new List<ResultPoint>();
        for (var at = Ms(from); (at = Cadence.Next(monitor.Id, at, TimeSpan.FromSeconds(monitor.IntervalSec))) < Ms(to);)
            points.Add(new ResultPoint(at / 100, code));
        return [.. points];
    }

    private static long Ms(double minutes) => Noon.AddMinutes(minutes).ToUnixTimeMilliseconds();

    private static Unsaved Of(UptimeMonitor monitor, params ResultPoint[] points)
    {
        var bytes = new byte[points.Length * RecentResults.Size];
        foreach (var (n, point) in points.Index())
            RecentResults.Write(bytes.AsSpan(n * RecentResults.Size), point);
        return new Unsaved(monitor.Id, bytes);
    }

    private async Task<List<ResultPoint>> FiledAsync(UptimeMonitor monitor)
    {
        await using var db = Factory.CreateDbContext();
        var rows = (await db.ResultChunks.Where(c => c.MonitorId == monitor.Id).Select(c => new { c.Start, c.Data }).ToListAsync(Ct))
            .Concat(await db.ResultWindows.Where(w => w.MonitorId == monitor.Id).Select(w => new { w.Start, w.Data }).ToListAsync(Ct));
        var points = rows.SelectMany(row => Window.Decode(row.Start, row.Data).Points).OrderBy(point => point.At).ThenBy(point => point.Code).ToList();
        Assert.Distinct(points);
        return points;
    }

    private Task<List<Span>> UnknownAsync(UptimeMonitor monitor) => ReadAsync(db => db.MonitorSpans
        .Where(s => s.MonitorId == monitor.Id && s.Kind == SpanKind.Unknown).OrderBy(s => s.FromTime).Select(s => new Span(s.FromTime, s.ToTime!.Value)).ToListAsync(Ct));

    [Fact]
    public async Task Results_InPieces_AndAgain_AreThereOnce()
    {
        var (one, other) = (await MonitorAsync(), await MonitorAsync(intervalSec: 10));
        var (first, second) = (Slots(one, -300, 0), Slots(other, -300, 0));
        for (var n = 0; n < 10; n++)
        {
            Unsaved[] page = [Of(one, first[(n * first.Length / 10)..((n + 1) * first.Length / 10)]), Of(other, second[(n * second.Length / 10)..((n + 1) * second.Length / 10)])];
            Assert.Equal(page.Sum(p => p.Results.Length / RecentResults.Size), (await Store.FileAsync(0, page, Ct)).Added);
            // As after a death between commit and trim.
            Assert.Equal(0, (await Store.FileAsync(0, page, Ct)).Added);
        }
        Assert.Equal(first, await FiledAsync(one));
        Assert.Equal(second, await FiledAsync(other));
        Assert.Empty(await UnknownAsync(one));
        Assert.Equal(5, await ReadAsync(db => db.ResultChunks.CountAsync(c => c.MonitorId == one.Id, Ct)), 1d);
    }

    [Fact]
    public async Task Results_FromTwoAtOnce_AreThereOnce()
    {
        var monitors = new List<UptimeMonitor>();
        for (var n = 0; n < 20; n++)
            monitors.Add(await MonitorAsync(intervalSec: 10));
        var all = monitors.ConvertAll(monitor => Slots(monitor, -120, 0));
        // Two processes that both think that the shard is theirs, one of them behind.
        await Task.WhenAll(Enumerable.Range(0, 2).Select(async process =>
        {
            var store = Store;
            for (var from = process * 30; from < all[0].Length; from += 60)
                await store.FileAsync(0, [.. monitors.Select((monitor, n) => Of(monitor, [.. all[n].Skip(from - 30).Take(90)]))], Ct);
        }));
        foreach (var (n, monitor) in monitors.Index())
            Assert.Equal(all[n], await FiledAsync(monitor));
    }

    [Fact]
    public async Task LateResults_AreMerged_WithTheChunkThatIsThere_OrIsNot()
    {
        var monitor = await MonitorAsync();
        var all = Slots(monitor, -300, 0);
        var late = all.Where((_, n) => n % 7 == 3).ToArray();
        await Store.FileAsync(0, [Of(monitor, [.. all.Except(late).Where(point => point.At > Ms(-170) / 100)])], Ct);
        await Store.FileAsync(0, [Of(monitor, [.. late, .. all.Where(point => point.At <= Ms(-170) / 100)])], Ct);
        await Store.FileAsync(0, [Of(monitor, late)], Ct);
        Assert.Equal(all, await FiledAsync(monitor));
    }

    [Fact]
    public async Task TimeWithoutChecks_IsUnknown_ButNotWhilePaused()
    {
        var monitor = await MonitorAsync();
        await SaveAsync(new MonitorSpan { MonitorId = monitor.Id, Kind = SpanKind.Paused, FromTime = Noon.AddMinutes(-60), ToTime = Noon.AddMinutes(-30) });
        var first = Slots(monitor, -300, -200);
        await Store.FileAsync(0, [Of(monitor, first)], Ct);
        // Ten minutes without a check, which it was not due in for less than one more; then the pause, and a check right after it.
        ResultPoint[] second = [.. Slots(monitor, -190, -60), new ResultPoint(Ms(-30) / 100, 20), .. Slots(monitor, -30, 0)];
        await Store.FileAsync(0, [Of(monitor, second)], Ct);
        await Store.FileAsync(0, [Of(monitor, second)], Ct);

        var gap = Assert.Single(await UnknownAsync(monitor));
        Assert.Equal(Cadence.Next(monitor.Id, first[^1].At * 100 + 99, TimeSpan.FromMinutes(1)), gap.From.ToUnixTimeMilliseconds());
        Assert.Equal(second[0].At * 100, gap.To.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task ResultsThatSayNothing_AreOneUnknownSpan_HoweverTheyCome()
    {
        var monitor = await MonitorAsync(created: Noon.AddMinutes(-20));
        ResultPoint[] all = [.. Slots(monitor, -20, -15), .. Slots(monitor, -15, -5, ResultCode.NotJudged), .. Slots(monitor, -5, 0)];
        foreach (var point in all)
            await Store.FileAsync(0, [Of(monitor, [point])], Ct);
        var unknown = Assert.Single(await UnknownAsync(monitor));
        Assert.Equal(all.First(point => point.Code == ResultCode.NotJudged).At, Tenths.Of(unknown.From));
        Assert.Equal(all.Last(point => point.Code == ResultCode.NotJudged).At + 600, Tenths.Of(unknown.To));
    }

    [Fact]
    public async Task MonitorThatIsDeleted_OrResultsOfAWrongClock_AreLeftOut()
    {
        var monitor = await MonitorAsync();
        var deleted = new UptimeMonitor { Id = Guid.CreateVersion7(), UserId = monitor.UserId, Url = "https://example.org/", IntervalSec = 60, TimeoutSec = 5, CreatedAt = Noon };
        var wrong = new ResultPoint(Tenths.Of(Noon.AddDays(2)), 1);
        Assert.Equal(1, (await Store.FileAsync(0, [Of(deleted, Slots(deleted, -10, 0)), Of(monitor, new ResultPoint(Tenths.Of(Noon), 1), wrong)], Ct)).Added);
        Assert.Empty(await FiledAsync(deleted));
        Assert.Single(await FiledAsync(monitor));
    }

    [Fact]
    public async Task WhatALaterVersionHasWritten_IsLeftAlone()
    {
        var (ours, theirs) = (await MonitorAsync(), await MonitorAsync());
        byte[] unknown = [99, 1, 2, 3];
        await SaveAsync(new ResultWindow { MonitorId = theirs.Id, Start = Noon.AddHours(-1), Data = unknown });
        var (added, left) = await Store.FileAsync(0, [Of(theirs, Slots(theirs, -10, 0)), Of(ours, Slots(ours, -10, 0))], Ct);
        Assert.Equal(10, added);
        Assert.Equal([theirs.Id], left);
        Assert.Equal(unknown, await ReadAsync(db => db.ResultWindows.Where(w => w.MonitorId == theirs.Id).Select(w => w.Data).SingleAsync(Ct)));
    }

    [Fact]
    public async Task WhatCannotBeFiled_KeepsNobodyElseFromIt()
    {
        var monitors = new List<UptimeMonitor>();
        for (var n = 0; n < 7; n++)
            monitors.Add(await MonitorAsync());
        var (broken, late) = (monitors[3], Slots(monitors[3], -200, -190)[..1]);
        await Store.FileAsync(0, [Of(broken, Slots(broken, -10, 0))], Ct);
        // Only a late result is merged with what is there.
        var start = Tenths.ToTime(Windows.StartOf(broken.Id, late[0].At, Windows.Length(TimeSpan.FromSeconds(broken.IntervalSec))));
        await SaveAsync(new ResultChunk { MonitorId = broken.Id, Start = start, Data = [99] });

        var (added, left) = await Store.FileAsync(0, [.. monitors.Select(m => m == broken ? Of(m, late) : Of(m, Slots(m, -10, 0)))], Ct);
        Assert.Equal([broken.Id], left);
        Assert.Equal(6 * 10, added);
    }

    [Theory]
    [InlineData(2, 3), InlineData(3, 10), InlineData(9, 10), InlineData(30, 10)]
    public async Task MonitorThatRestedForDays_IsFiledAgain(int days, int kept)
    {
        _kept.Chunks = TimeSpan.FromDays(kept);
        var monitor = await MonitorAsync(created: Noon.AddDays(-1 - days));
        var (before, after) = (Slots(monitor, -60 * 24 * days - 30, -60 * 24 * days), Slots(monitor, -30, 0));
        _time.AdjustTime(Noon.AddDays(-days));
        await Store.FileAsync(0, [Of(monitor, before)], Ct);
        _time.AdjustTime(Noon);
        await Store.FileAsync(0, [Of(monitor, after)], Ct);
        var filed = await FiledAsync(monitor);
        Assert.Equal(after, filed.Where(point => point.At > before[^1].At));
        if (days < kept)
            Assert.Equal(before, filed.Where(point => point.At <= before[^1].At));
    }

    [Fact]
    public async Task ResultsOfADayThatWasRolledUp_OpenItAgain()
    {
        var monitor = await MonitorAsync(created: Noon.AddDays(-2));
        var (yesterday, slice) = (new DateOnly(2026, 11, 30), Windows.SliceOf(monitor.Id));
        foreach (var mark in (RollUp[])[new() { Day = yesterday, Slice = slice }, new() { Day = yesterday, Slice = (slice + 1) % Windows.Slices }, new() { Day = new(2026, 11, 1), Slice = RollUp.Month }])
            await SaveAsync(mark);
        await Store.FileAsync(0, [Of(monitor, Slots(monitor, -10, 0))], Ct);
        Assert.Equal(3, await ReadAsync(db => db.RollUps.CountAsync(Ct)));
        await Store.FileAsync(0, [Of(monitor, Slots(monitor, -24 * 60, -23 * 60))], Ct);
        Assert.Equal((slice + 1) % Windows.Slices, Assert.Single(await ReadAsync(db => db.RollUps.ToListAsync(Ct))).Slice);
    }
}
