using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Monit.Core.Alerts;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.IntegrationTests.Data;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.History;

/// <summary>What is too old goes, with its partition; what is not rolled up waits; nothing else is touched.</summary>
public abstract class RetentionRemovesOnlyWhatIsOldSuite(Func<Task<SqlStore>> create) : HistorySuite(create)
{
    private int _rests;

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);

    private Task RemoveAsync(DateOnly today) => Retention.RunAsync(Noon(today), _ =>
    {
        _rests++;
        return Task.CompletedTask;
    }, Ct);

    /// <summary>A chunk at the begin and at the end of each day.</summary>
    private async Task AddChunksAsync(DateOnly from, DateOnly to)
    {
        await using var db = Factory.CreateDbContext();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            await db.EnsureChunkPartitionAsync(day, Ct);
            foreach (var start in (DateTimeOffset[])[Noon(day).AddHours(-12), Noon(day).AddHours(12).AddSeconds(-1)])
                db.ResultChunks.Add(new ResultChunk { MonitorId = Guid.CreateVersion7(), Start = start, Data = [1] });
        }
        await db.SaveChangesAsync(Ct);
    }

    private Task<List<DateOnly>> ChunkDaysAsync() => ReadAsync(async db =>
        (await db.ResultChunks.Select(c => c.Start).ToListAsync(Ct)).ConvertAll(start => DateOnly.FromDateTime(start.UtcDateTime)).Distinct().Order().ToList());

    /// <summary>The partitions of a table; of SQLite, which has none, no names.</summary>
    private Task<List<string>> PartitionsAsync(string table) => ReadAsync(db => !db.Database.IsNpgsql() ? Task.FromResult<List<string>>([])
        : db.Database.SqlQuery<string>($"SELECT inhrelid::regclass::text AS \"Value\" FROM pg_inherits WHERE inhparent = {table}::regclass ORDER BY 1").ToListAsync(Ct));

    [Fact]
    public async Task Chunks_OfDaysThatAreTooOld_AndRolledUp_AreRemoved()
    {
        await AddChunksAsync(Day.AddDays(-3), Day.AddDays(4));
        await MarkAsync(Day.AddDays(-3), Day.AddDays(3));
        // Three days are kept, and today.
        await RemoveAsync(Day.AddDays(4));
        Assert.Equal(Enumerable.Range(1, 4).Select(Day.AddDays), await ChunkDaysAsync());
        if (await PartitionsAsync("result_chunks") is { Count: > 0 } partitions)
            Assert.Equal(Enumerable.Range(1, 4).Select(day => $"result_chunks_{Day.AddDays(day):yyyyMMdd}"), partitions);
    }

    [Fact]
    public async Task Chunks_ThatAreStillToBeRolledUp_Wait_ForTheDayAfterToo_ButNotForEver()
    {
        await AddChunksAsync(Day, Day.AddDays(2));
        await MarkAsync(Day.AddDays(-3), Day);
        await MarkAsync(Day.AddDays(1), Day.AddDays(1), Enumerable.Range(0, 299));
        await RemoveAsync(Day.AddDays(5));
        Assert.Equal([Day, Day.AddDays(1), Day.AddDays(2)], await ChunkDaysAsync());
        await RemoveAsync(Day.AddDays(6));
        Assert.Equal(3, (await ChunkDaysAsync()).Count);
        Assert.DoesNotContain(Log.Lines, line => line.Level >= LogLevel.Warning);

        await RemoveAsync(Day.AddDays(7));
        Assert.Equal([Day.AddDays(1), Day.AddDays(2)], await ChunkDaysAsync());
        Assert.Contains("result_chunks", Assert.Single(Log.Lines, line => line.Level == LogLevel.Error).Message, StringComparison.Ordinal);

        await MarkAsync(Day.AddDays(1), Day.AddDays(1), [299]);
        await MarkAsync(Day.AddDays(2), Day.AddDays(3));
        await RemoveAsync(Day.AddDays(7));
        Assert.Empty(await ChunkDaysAsync());
        Assert.Single(Log.Lines, line => line.Level == LogLevel.Error);
    }

    [Fact]
    public async Task DaysAndSummaries_AreRemovedAfterTheirTime_DaysNotBeforeTheirMonth()
    {
        var first = FirstOf(Day);
        await SinceAsync(first);
        await using (var db = Factory.CreateDbContext())
        {
            foreach (var month in (DateOnly[])[first, first.AddMonths(1)])
            {
                await db.EnsureDayPartitionsAsync(month, Ct);
                for (var day = month; day < month.AddMonths(1); day = day.AddDays(1))
                {
                    db.ResultDays.Add(new ResultDay { Day = day, MonitorId = Guid.CreateVersion7(), Checks = 1, Failed = 0, Latency = [] });
                    db.ResultDaySummaries.Add(new ResultDaySummary { Day = day, MonitorId = Guid.CreateVersion7(), Checks = 1, Failed = 0, Latency = [] });
                }
            }
            await db.SaveChangesAsync(Ct);
        }
        var isPartitioned = (await PartitionsAsync("result_days")).Count > 0;
        // The first month is over by its whole length, the second by some days.
        var today = first.AddMonths(1).AddDays(90 + 5);
        await RemoveAsync(today);
        Assert.Equal(28 + 31, await ReadAsync(db => db.ResultDays.CountAsync(Ct)));

        await SaveAsync(new RollUp { Day = first, Slice = RollUp.Month });
        await SaveAsync(new RollUp { Day = first.AddMonths(1), Slice = RollUp.Month });
        await RemoveAsync(today);
        Assert.Equal(isPartitioned ? first.AddMonths(1) : first.AddMonths(1).AddDays(5), await ReadAsync(db => db.ResultDays.MinAsync(d => d.Day, Ct)));
        Assert.Equal(isPartitioned ? 31 : 26, await ReadAsync(db => db.ResultDays.CountAsync(Ct)));
        Assert.Equal(isPartitioned ? ["result_days_202503"] : [], await PartitionsAsync("result_days"));
        Assert.Equal(28 + 31, await ReadAsync(db => db.ResultDaySummaries.CountAsync(Ct)));

        await MarkAsync(first, first);
        await RemoveAsync(first.AddMonths(1).AddDays(400));
        Assert.Equal(0, await ReadAsync(db => db.ResultDays.CountAsync(Ct)));
        Assert.Equal(31, await ReadAsync(db => db.ResultDaySummaries.CountAsync(Ct)));
        Assert.Equal([], await PartitionsAsync("result_days"));
        Assert.Equal(isPartitioned ? ["result_day_summaries_202503"] : [], await PartitionsAsync("result_day_summaries"));
        // Months stay for ever, and the marks that they are done.
        Assert.Equal([RollUp.Month, RollUp.Month], await ReadAsync(db => db.RollUps.Select(r => r.Slice).ToListAsync(Ct)));
    }

    [Fact]
    public async Task EvidenceAndDeliveryLogs_AreRemoved_IncidentsAndAlertsStay()
    {
        var (monitor, today) = (await AddMonitorAsync(TimeSpan.FromMinutes(1)), Noon(Day));
        foreach (var days in (int[])[200, 91, 89])
        {
            var at = today.AddDays(-days);
            await RecordAsync(Down(monitor, at: at));
            var (incident, alert) = ((await IncidentsAsync())[^1].Id, (await AlertsAsync()).Find(a => a.Kind == AlertKind.Down)!.Id);
            await RecordAsync(Recovered(monitor, at.AddMinutes(1)));
            foreach (var kind in (EvidenceKind[])[EvidenceKind.Opened, EvidenceKind.LastGood])
                await SaveAsync(new IncidentEvidence { IncidentId = incident, Kind = kind, At = at, Data = [1] });
            // Of an incident that lasted.
            if (days == 200)
                await SaveAsync(new IncidentEvidence { IncidentId = incident, Kind = EvidenceKind.Closed, At = today.AddDays(-1), Data = [1] });
            await SaveAsync(new AlertAttempt { Id = Guid.CreateVersion7(at), AlertId = alert, Number = days, Channel = "email", StartedAt = at, DurationMs = 1 });
        }
        var alerts = (await AlertsAsync()).Count;
        await RemoveAsync(Day);
        Assert.Equal([today.AddDays(-89), today.AddDays(-89), today.AddDays(-1)], await ReadAsync(db => db.Evidence.OrderBy(e => e.At).Select(e => e.At).ToListAsync(Ct)));
        Assert.Equal([89], await ReadAsync(db => db.AlertAttempts.Select(a => a.Number).ToListAsync(Ct)));
        Assert.Equal((3, alerts), ((await IncidentsAsync()).Count, (await AlertsAsync()).Count));
    }

    [Fact]
    public async Task Partitions_AreThere_BeforeTheyAreNeeded()
    {
        await Retention.PrepareAsync(Noon(Day), Ct);
        await Retention.PrepareAsync(Noon(Day), Ct);
        await using var db = Factory.CreateDbContext();
        db.ResultChunks.AddRange(Enumerable.Range(0, 3).Select(day => new ResultChunk { MonitorId = Guid.CreateVersion7(), Start = Noon(Day.AddDays(day)), Data = [1] }));
        db.ResultDays.AddRange(Enumerable.Range(0, 2).Select(month => new ResultDay { Day = Day.AddMonths(month), MonitorId = Guid.CreateVersion7(), Checks = 1, Failed = 0, Latency = [] }));
        db.ResultDaySummaries.AddRange(Enumerable.Range(0, 2).Select(month => new ResultDaySummary { Day = Day.AddMonths(month), MonitorId = Guid.CreateVersion7(), Checks = 1, Failed = 0, Latency = [] }));
        Assert.Equal(7, await db.SaveChangesAsync(Ct));
    }

    /// <summary>Rows are removed some at a time, where there are no partitions.</summary>
    [Fact]
    public async Task ManyRows_AreRemovedInBatches_WithRests()
    {
        await using var db = Factory.CreateDbContext();
        await db.EnsureChunkPartitionAsync(Day, Ct);
        db.ResultChunks.AddRange(Enumerable.Range(0, 5000).Select(_ => new ResultChunk { MonitorId = Guid.CreateVersion7(), Start = Noon(Day), Data = [1] }));
        await db.SaveChangesAsync(Ct);
        await MarkAsync(Day.AddDays(-3), Day.AddDays(1));
        await RemoveAsync(Day.AddDays(4));
        Assert.Empty(await ChunkDaysAsync());
        Assert.Equal(db.Database.IsNpgsql() ? 0 : 2, _rests);
    }
}
