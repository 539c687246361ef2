using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.IntegrationTests.Data;
using Monit.Storage.History;

namespace Monit.IntegrationTests.History;

// A package of the test project has a namespace of that name.
using Windows = Monit.Core.History.Windows;

/// <summary>A day whose chunks are gone, or never were, keeps what it has; and what cannot be read is not taken for nothing.</summary>
public abstract class GoodDaysAreNotOverwrittenSuite(Func<Task<SqlStore>> create) : HistorySuite(create)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task ADayWhoseChunksAreGone_KeepsItsNumbers_WhenOneComesLate()
    {
        var (monitor, other) = (await AddMonitorAsync(Minute), await AddMonitorAsync(Minute));
        var results = Results(new Random(1), Noon(Day), Noon(Day.AddDays(2)), Minute);
        await AddAsync(monitor.Id, results, Minute);
        await RollUpAsync(Noon(Day.AddDays(2)));
        await RollUpMonthsAsync(Noon(Day.AddDays(2)));
        var before = await RowsAsync();
        await ReadAsync(db => db.ResultChunks.ExecuteDeleteAsync(Ct));

        var late = new ResultPoint(Tenths.Of(Noon(Day)), 5);
        await AddLateAsync(monitor.Id, late);
        await AddLateAsync(other.Id, late);
        var idle = await Days.BeginAsync(new DueDay(Day, [Windows.SliceOf(monitor.Id)]), Ct);
        Assert.Equal(new RolledUp(0, 1), await Days.RollUpAsync(Day, Windows.SliceOf(monitor.Id), idle![0], Ct));
        await RollUpAsync(Noon(Day.AddDays(2)));
        await RollUpMonthsAsync(Noon(Day.AddDays(2)));
        // The other monitor had nothing that day, so this is all there is of it.
        Assert.Equal(before.Concat(Counted(other.Id, [late], Day, Day)).Append(CountedMonth(other.Id, [late], new DateOnly(2025, 2, 1))).Order(StringComparer.Ordinal), await RowsAsync());
    }

    [Fact]
    public async Task DaysOfWhichThereIsNothing_AreDoneAtOnce_AndChangeNothing()
    {
        await SinceAsync(Day.AddDays(-60));
        var monitor = await AddMonitorAsync(Minute);
        var results = Results(new Random(2), Noon(Day), Noon(Day).AddHours(1), Minute);
        await AddAsync(monitor.Id, results, Minute);
        var done = await RollUpAsync(Noon(Day.AddDays(1)));
        Assert.Equal([Day], done.Select(slice => slice.Day).Distinct());
        Assert.Equal(61 * Windows.Slices, await ReadAsync(db => db.RollUps.CountAsync(Ct)));
        Assert.Empty(await Days.DueAsync(Noon(Day.AddDays(1)), Ct));

        var before = await RowsAsync();
        await ReadAsync(db => db.ResultChunks.ExecuteDeleteAsync(Ct));
        await ReadAsync(db => db.RollUps.ExecuteDeleteAsync(Ct));
        Assert.Empty(await RollUpAsync(Noon(Day.AddDays(1))));
        Assert.Equal(before, await RowsAsync());
    }

    [Fact]
    public async Task AnUnreadableChunk_LeavesItsSliceUndone_AndTheOthersDone()
    {
        var (bad, good) = (await AddMonitorAsync(Minute), await AddMonitorAsync(Minute));
        while (Windows.SliceOf(good.Id) == Windows.SliceOf(bad.Id))
            good = await AddMonitorAsync(Minute);
        var results = Results(new Random(3), Noon(Day), Noon(Day).AddHours(1), Minute);
        await AddAsync(good.Id, results, Minute);
        await AddAsync(bad.Id, results, Minute);
        var chunk = await ReadAsync(db => db.ResultChunks.AsNoTracking().FirstAsync(c => c.MonitorId == bad.Id, Ct));
        // Of a later version.
        await ReadAsync(db => db.ResultChunks.Where(c => c.MonitorId == bad.Id && c.Start == chunk.Start).ExecuteUpdateAsync(set => set.SetProperty(c => c.Data, new byte[] { 9, 1, 2 }), Ct));

        var idle = await Days.BeginAsync(new DueDay(Day, [Windows.SliceOf(bad.Id)]), Ct);
        await Assert.ThrowsAsync<InvalidDataException>(() => Days.RollUpAsync(Day, Windows.SliceOf(bad.Id), idle![0], Ct));
        Assert.Empty(await RowsAsync());
        Assert.Equal(1, (await Days.RollUpAsync(Day, Windows.SliceOf(good.Id), idle![0], Ct)).Rows);

        await ReadAsync(db => db.ResultChunks.Where(c => c.MonitorId == bad.Id && c.Start == chunk.Start).ExecuteUpdateAsync(set => set.SetProperty(c => c.Data, chunk.Data), Ct));
        await RollUpAsync(Noon(Day.AddDays(1)));
        Assert.Equal(Counted(good.Id, results, Day, Day).Concat(Counted(bad.Id, results, Day, Day)).Order(StringComparer.Ordinal), await RowsAsync());
    }

    [Fact]
    public async Task ADayIsDue_AnHourAfterItsEnd_ASliceAfterTheOther()
    {
        await SinceAsync(Day);
        var midnight = Noon(Day).AddHours(12);
        Assert.Empty(await Days.DueAsync(midnight.AddHours(1).AddTicks(-1), Ct));
        Assert.Equal([0], Assert.Single(await Days.DueAsync(midnight.AddHours(1), Ct)).Slices);
        Assert.Equal(Enumerable.Range(0, 151), Assert.Single(await Days.DueAsync(midnight.AddMinutes(90), Ct)).Slices);
        Assert.Equal(Enumerable.Range(0, Windows.Slices), Assert.Single(await Days.DueAsync(midnight.AddHours(2), Ct)).Slices);
        Assert.Equal([Day, Day.AddDays(1)], (await Days.DueAsync(midnight.AddDays(1).AddHours(1), Ct)).Select(due => due.Day));
    }
}
