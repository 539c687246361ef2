using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Data;
using Monit.IntegrationTests.Worker;
using Monit.Storage.History;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.History;

// A package of the test project has a namespace of that name.
using Windows = Monit.Core.History.Windows;

/// <summary>The base class of suites about recorded results: fills the tables as the recorder does, and counts by brute force.</summary>
public abstract class HistorySuite(Func<Task<SqlStore>> create) : SqlSuite(create)
{
    /// <summary>The day before the last one of a month.</summary>
    protected static readonly DateOnly Day = new(2025, 2, 27);

    private protected HistoryRetentionOptions Kept { get; } = new();
    private protected RollUps Days => new(Factory, Resilience, Options.Create(Kept));
    private protected MonthRollUps Months => new(Factory, Resilience, Days);
    private protected WorkerHarness.LogCapture Log { get; } = new();
    private protected HistoryRetention Retention =>
        new(Factory, Days, Options.Create(Kept), LoggerFactory.Create(logging => logging.AddProvider(Log)).CreateLogger<HistoryRetention>());

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await SinceAsync(Day.AddDays(-3));
    }

    protected static DateTimeOffset Noon(DateOnly day) => new(day, new TimeOnly(12, 0), TimeSpan.Zero);

    protected Task SinceAsync(DateOnly day) => ReadAsync(db => db.Settings.Where(s => s.Key == "history.since")
        .ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, $"{day:yyyy-MM-dd}T13:14:15Z"), Ct));

    /// <summary>A result for every interval of a time, nearly: some are late, lack, or are there twice with other codes.</summary>
    private protected static List<ResultPoint> Results(Random random, DateTimeOffset from, DateTimeOffset to, TimeSpan interval)
    {
        var (points, step) = (new List<ResultPoint>(), (long)interval.TotalSeconds * 10);
        for (var at = Tenths.Of(from) + random.NextInt64(step); at < Tenths.Of(to); at += step + random.NextInt64(5))
            if (random.Next(20) > 0)
                for (var twice = random.Next(50); twice < 51; twice = twice == 0 ? 50 : 51)
                    points.Add(new ResultPoint(at, (byte)(random.Next(10) == 0 ? random.Next(244, 256) : 60 + random.Next(30))));
        return [.. points.Distinct().OrderBy(point => point.At).ThenBy(point => point.Code)];
    }

    /// <summary>As chunks; the last one stays an open window if asked for.</summary>
    private protected async Task AddAsync(Guid monitor, IReadOnlyList<ResultPoint> points, TimeSpan interval, bool isOpen = false)
    {
        await using var db = Factory.CreateDbContext();
        var windows = points.GroupBy(point => Windows.StartOf(monitor, point.At, Windows.Length(interval))).OrderBy(window => window.Key).ToList();
        foreach (var day in windows.Select(window => Tenths.DayOf(window.Key)).Distinct())
            await db.EnsureChunkPartitionAsync(day, Ct);
        foreach (var window in windows)
        {
            var (start, data) = (Tenths.ToTime(window.Key), Chunk.Encode([.. window], window.Key, (long)interval.TotalSeconds * 10));
            if (isOpen && window == windows[^1])
                db.ResultWindows.Add(new ResultWindow { MonitorId = monitor, Start = start, Data = data });
            else
                db.ResultChunks.Add(new ResultChunk { MonitorId = monitor, Start = start, Data = data });
        }
        await db.SaveChangesAsync(Ct);
    }

    /// <summary>A monitor of a slice with nothing to do but this.</summary>
    private protected async Task<UptimeMonitor> AddMonitorAsync(TimeSpan interval) => await AddMonitorAsync(m => m.IntervalSec = (int)interval.TotalSeconds);

    /// <summary>What the recorder does with results of days that are over: all in one transaction.</summary>
    private protected async Task AddLateAsync(Guid monitor, ResultPoint late)
    {
        var start = Windows.StartOf(monitor, late.At, Windows.Grid);
        await using var db = Factory.CreateDbContext();
        await db.EnsureChunkPartitionAsync(Tenths.DayOf(start), Ct);
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        if (await db.ResultChunks.SingleOrDefaultAsync(c => c.Start == Tenths.ToTime(start) && c.MonitorId == monitor, Ct) is { } there)
            there.Data = Chunk.Encode(Chunk.Merge(Chunk.Decode(there.Data, start), [late]), start, 600);
        else
            db.ResultChunks.Add(new ResultChunk { MonitorId = monitor, Start = Tenths.ToTime(start), Data = Chunk.Encode([late], start, 600) });
        await db.SaveChangesAsync(Ct);
        await RollUps.ForgetAsync(db, [(Tenths.DayOf(late.At), Windows.SliceOf(monitor))], Ct);
        await transaction.CommitAsync(Ct);
    }

    /// <summary>All that is due, as the worker does it; but slices without monitors are only marked, which saves a minute. Returns the others.</summary>
    private protected async Task<List<(DateOnly Day, int Slice)>> RollUpAsync(DateTimeOffset now)
    {
        var (done, filled) = (new List<(DateOnly, int)>(), (await ReadAsync(db => db.Monitors.Select(m => m.Id).ToListAsync(Ct))).ConvertAll(Windows.SliceOf));
        foreach (var due in await Days.DueAsync(now, Ct))
            if (await Days.BeginAsync(due, Ct) is { } idle)
            {
                foreach (var slice in due.Slices.Intersect(filled))
                {
                    await Days.RollUpAsync(due.Day, slice, idle[slice], Ct);
                    done.Add((due.Day, slice));
                }
                await MarkAsync(due.Day, due.Day, due.Slices.Except(filled));
            }
        return done;
    }

    private protected async Task<List<DateOnly>> RollUpMonthsAsync(DateTimeOffset now)
    {
        var done = new List<DateOnly>();
        foreach (var month in await Months.DueAsync(now, Ct))
        {
            for (Guid? last = Guid.Empty; last is not null; last = (await Months.PageAsync(month, last.Value, Ct)).Last) { }
            Assert.True(await Months.FinishAsync(month, now, Ct));
            done.Add(month);
        }
        return done;
    }

    /// <summary>Marks slices of days as done, without rolling up anything.</summary>
    private protected async Task MarkAsync(DateOnly from, DateOnly to, IEnumerable<int>? slices = null)
    {
        await using var db = Factory.CreateDbContext();
        for (var day = from; day <= to; day = day.AddDays(1))
            db.RollUps.AddRange((slices ?? Enumerable.Range(0, Windows.Slices)).Select(slice => new RollUp { Day = day, Slice = slice }));
        await db.SaveChangesAsync(Ct);
    }

    /// <summary>All rows, as text.</summary>
    private protected async Task<List<string>> RowsAsync() => await ReadAsync(async db =>
        (await db.ResultDays.AsNoTracking().ToListAsync(Ct)).Select(d => $"day {d.Day:o} {d.MonitorId} {d.Checks} {d.Failed} {Convert.ToHexString(d.Latency)}")
        .Concat((await db.ResultDaySummaries.AsNoTracking().ToListAsync(Ct)).Select(d => $"summary {d.Day:o} {d.MonitorId} {d.Checks} {d.Failed} {Convert.ToHexString(d.Latency)}"))
        .Concat((await db.ResultMonths.AsNoTracking().ToListAsync(Ct)).Select(m => $"month {m.Month:o} {m.MonitorId} {m.Checks} {m.Failed} {Convert.ToHexString(m.Latency)}"))
        .Order(StringComparer.Ordinal).ToList());

    /// <summary>The same rows, counted one result at a time.</summary>
    private protected static IEnumerable<string> Counted(Guid monitor, IEnumerable<ResultPoint> results, DateOnly from, DateOnly to)
    {
        foreach (var day in results.Distinct().GroupBy(point => Tenths.DayOf(point.At)).Where(day => day.Key >= from && day.Key <= to))
        {
            yield return Counted($"day {day.Key:o} {monitor}", day, latency => Convert.ToHexString(Sketch(latency)));
            yield return Counted($"summary {day.Key:o} {monitor}", day, latency => Convert.ToHexString(Summary([.. latency.Order()])));
        }
    }

    private protected static string CountedMonth(Guid monitor, IEnumerable<ResultPoint> results, DateOnly month) => Counted($"month {month:o} {monitor}",
        results.Distinct().Where(point => Tenths.DayOf(point.At) >= month && Tenths.DayOf(point.At) < month.AddMonths(1)), latency => Convert.ToHexString(Sketch(latency)));

    private static string Counted(string name, IEnumerable<ResultPoint> results, Func<IReadOnlyList<byte>, string> latency)
    {
        var codes = results.Select(point => point.Code).ToList();
        return $"{name} {codes.Count} {codes.Count(code => code is >= 244 and <= 253)} {latency(codes.FindAll(code => code < 244))}";
    }

    private static byte[] Sketch(IReadOnlyList<byte> codes)
    {
        var sketch = new LatencySketch();
        foreach (var code in codes)
            sketch.Add(code);
        return sketch.Encode();
    }

    private static byte[] Summary(byte[] sorted)
    {
        return sorted.Length == 0 ? [] : [sorted[0], At(0.5), At(0.95), At(0.99), sorted[^1]];

        byte At(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
