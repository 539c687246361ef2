using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.IntegrationTests.Data;
using Monit.Storage.History;

namespace Monit.IntegrationTests.History;

// A package of the test project has a namespace of that name.
using Windows = Monit.Core.History.Windows;

/// <summary>Days and months have all results that were recorded, each once, whatever comes in between, late, or twice.</summary>
public abstract class EachCheckCountsOnceInItsDaySuite(Func<Task<SqlStore>> create) : HistorySuite(create)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Days_AndTheirMonth_EqualWhatIsCountedOneByOne_AndAgain()
    {
        var random = new Random(20);
        var (from, to, expected, of) = (Noon(Day.AddDays(-2)), Noon(Day.AddDays(2)).AddHours(-11).AddMinutes(-40), new List<string>(), new List<(Guid Id, List<ResultPoint> Results)>());
        foreach (var seconds in (int[])[2, 10, 30, 60, 600, 7200, 86_400, 30, 45])
        {
            var (interval, monitor) = (TimeSpan.FromSeconds(seconds), await AddMonitorAsync(TimeSpan.FromSeconds(seconds)));
            // Two seconds for some hours are enough.
            var results = Results(random, seconds == 2 ? to.AddHours(-5) : from, to, interval);
            await AddAsync(monitor.Id, results, interval, isOpen: seconds % 4 == 2);
            expected.AddRange(Counted(monitor.Id, results, DateOnly.MinValue, Day.AddDays(1)));
            of.Add((monitor.Id, results));
        }

        await RollUpAsync(Noon(Day.AddDays(2)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), await RowsAsync());

        Assert.Equal([new DateOnly(2025, 2, 1)], await RollUpMonthsAsync(Noon(Day.AddDays(2))));
        expected.AddRange(of.Where(one => one.Results.Exists(point => Tenths.DayOf(point.At).Month == 2)).Select(one => CountedMonth(one.Id, one.Results, new DateOnly(2025, 2, 1))));
        Assert.Equal(expected.Order(StringComparer.Ordinal), await RowsAsync());

        await ReadAsync(db => db.RollUps.ExecuteDeleteAsync(Ct));
        await RollUpAsync(Noon(Day.AddDays(2)));
        await RollUpMonthsAsync(Noon(Day.AddDays(2)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), await RowsAsync());
    }

    // A changed interval, or a store that was rolled back in between, may leave one result in windows of two lengths.
    [Fact]
    public async Task ResultsThatAreThereTwice_CountOnce()
    {
        var monitor = await AddMonitorAsync(Minute);
        var results = Results(new Random(1), Noon(Day), Noon(Day).AddHours(3), Minute);
        await AddAsync(monitor.Id, results, Minute);
        await using (var db = Factory.CreateDbContext())
        {
            var start = Windows.StartOf(monitor.Id, results[70].At, Windows.Grid);
            // Neither is the last one open, nor does the place exist already.
            while (await db.ResultChunks.AnyAsync(c => c.MonitorId == monitor.Id && c.Start == Tenths.ToTime(start), Ct))
                start += Windows.Grid;
            var again = results.Where(point => point.At >= start && point.At < start + 6000).ToList();
            Assert.True(again.Count >= 3);
            await SaveAsync(new ResultChunk { MonitorId = monitor.Id, Start = Tenths.ToTime(start), Data = Chunk.Encode(again, start, 600) });
            await SaveAsync(new ResultWindow { MonitorId = monitor.Id, Start = Tenths.ToTime(start), Data = Chunk.Encode(again, start, 600) });
        }
        await RollUpAsync(Noon(Day.AddDays(1)));
        Assert.Equal(Counted(monitor.Id, results, Day, Day).Order(StringComparer.Ordinal), await RowsAsync());
    }

    [Fact]
    public async Task LateResults_HaveTheirDayAndMonthDoneAgain_AndNothingElse()
    {
        var monitor = await AddMonitorAsync(Minute);
        var results = Results(new Random(2), Noon(Day), Noon(Day.AddDays(3)), Minute);
        await AddAsync(monitor.Id, results, Minute);
        await RollUpAsync(Noon(Day.AddDays(3)));
        await RollUpMonthsAsync(Noon(Day.AddDays(3)));
        Assert.Empty(await RollUpAsync(Noon(Day.AddDays(3))));
        Assert.Empty(await RollUpMonthsAsync(Noon(Day.AddDays(3))));

        foreach (var late in (ResultPoint[])[new(Tenths.Of(Day), 1), new(Tenths.Of(Day.AddDays(1)) - 1, ResultCode.Timeout)])
        {
            await AddLateAsync(monitor.Id, late);
            results.Add(late);
        }
        Assert.Empty(await RollUpMonthsAsync(Noon(Day.AddDays(3))));
        Assert.Equal([(Day, Windows.SliceOf(monitor.Id))], await RollUpAsync(Noon(Day.AddDays(3))));
        Assert.Equal([new DateOnly(2025, 2, 1)], await RollUpMonthsAsync(Noon(Day.AddDays(3))));
        Assert.Equal(Counted(monitor.Id, results, Day, Day.AddDays(2)).Append(CountedMonth(monitor.Id, results, new DateOnly(2025, 2, 1))).Order(StringComparer.Ordinal), await RowsAsync());
    }

    // The recorder has written a late result, and forgets the mark only then; or has done both, and not committed.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LateResults_ThatAreWrittenWhileTheirDayIsRolledUp_AreNotLost(bool forgotten)
    {
        var monitor = await AddMonitorAsync(Minute);
        var results = Results(new Random(3), Noon(Day), Noon(Day).AddHours(2), Minute);
        await AddAsync(monitor.Id, results, Minute);
        var (late, now, slice) = (new ResultPoint(Tenths.Of(Noon(Day)) - 2 * Windows.Longest, 3), Noon(Day.AddDays(1)), Windows.SliceOf(monitor.Id));
        await Days.BeginAsync(new DueDay(Day, [slice]), Ct);
        var start = Windows.StartOf(monitor.Id, late.At, Windows.Grid);

        await using var db = Factory.CreateDbContext();
        Task<RolledUp> rollingUp;
        await using (var transaction = await db.Database.BeginTransactionAsync(Ct))
        {
            db.ResultChunks.Add(new ResultChunk { MonitorId = monitor.Id, Start = Tenths.ToTime(start), Data = Chunk.Encode([late], start, 600) });
            await db.SaveChangesAsync(Ct);
            if (forgotten)
                await RollUps.ForgetAsync(db, [(Day, slice)], Ct);
            rollingUp = Task.Run(() => Days.RollUpAsync(Day, slice, [], Ct), Ct);
            // On SQLite it waits for us in any case.
            if (!forgotten && db.Database.IsNpgsql())
                await rollingUp;
            if (!forgotten)
                await RollUps.ForgetAsync(db, [(Day, slice)], Ct);
            await transaction.CommitAsync(Ct);
        }
        await rollingUp;
        await RollUpAsync(now);
        Assert.Equal(Counted(monitor.Id, [.. results, late], Day, Day).Order(StringComparer.Ordinal), await RowsAsync());
    }

    [Fact]
    public async Task ARollUpThatFailsInTheMiddle_LeavesNothing_AndIsDoneLater()
    {
        var monitor = await AddMonitorAsync(Minute);
        var results = Results(new Random(4), Noon(Day), Noon(Day).AddHours(2), Minute);
        await AddAsync(monitor.Id, results, Minute);
        var slice = Windows.SliceOf(monitor.Id);
        await Days.BeginAsync(new DueDay(Day, [slice]), Ct);

        await ReadAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE result_day_summaries RENAME TO gone", Ct));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Days.RollUpAsync(Day, slice, [], Ct));
        await ReadAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE gone RENAME TO result_day_summaries", Ct));
        Assert.Empty(await RowsAsync());
        Assert.Equal(0, await ReadAsync(db => db.RollUps.CountAsync(Ct)));

        await RollUpAsync(Noon(Day.AddDays(1)));
        Assert.Equal(Counted(monitor.Id, results, Day, Day).Order(StringComparer.Ordinal), await RowsAsync());
    }

    [Fact]
    public async Task AMonthThatWasInterrupted_IsDoneAgain()
    {
        var (one, other) = (await AddMonitorAsync(Minute), await AddMonitorAsync(Minute));
        var results = Results(new Random(5), Noon(Day), Noon(Day.AddDays(2)), Minute);
        await AddAsync(one.Id, results, Minute);
        await AddAsync(other.Id, results, Minute);
        var now = Noon(Day.AddDays(2));
        Assert.Empty(await Months.DueAsync(now, Ct));
        await RollUpAsync(now);

        var month = Assert.Single(await Months.DueAsync(now, Ct));
        await Months.PageAsync(month, one.Id, Ct);
        Assert.Single(await Months.DueAsync(now, Ct));
        await RollUpMonthsAsync(now);
        Assert.Equal([CountedMonth(one.Id, results, month), CountedMonth(other.Id, results, month)], (await RowsAsync()).FindAll(row => row.StartsWith("month", StringComparison.Ordinal)));
    }

    // Its day could be done again in between, and would be marked as part of the month without being in it.
    [Fact]
    public async Task AMonthOfWhichADayIsForgottenMeanwhile_IsNotMarked()
    {
        var now = Noon(Day.AddDays(2));
        await RollUpAsync(now);
        var month = Assert.Single(await Months.DueAsync(now, Ct));
        await using (var db = Factory.CreateDbContext())
            await RollUps.ForgetAsync(db, [(Day, 7)], Ct);
        Assert.False(await Months.FinishAsync(month, now, Ct));
        Assert.Empty(await Months.DueAsync(now, Ct));
    }

    [Fact]
    public async Task AMonthOfADeletedMonitor_IsLeftOut()
    {
        var (gone, kept) = (await AddMonitorAsync(Minute), await AddMonitorAsync(Minute));
        var results = Results(new Random(6), Noon(Day), Noon(Day).AddHours(2), Minute);
        await AddAsync(gone.Id, results, Minute);
        await AddAsync(kept.Id, results, Minute);
        await RollUpAsync(Noon(Day.AddDays(2)));
        await ReadAsync(db => db.Monitors.Where(m => m.Id == gone.Id).ExecuteDeleteAsync(Ct));
        await RollUpMonthsAsync(Noon(Day.AddDays(2)));
        Assert.Equal([CountedMonth(kept.Id, results, new DateOnly(2025, 2, 1))], (await RowsAsync()).FindAll(row => row.StartsWith("month", StringComparison.Ordinal)));
    }
}
